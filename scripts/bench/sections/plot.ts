// The requests per second of one operation as a picture: plain SVG, on a ground of its own, so that it can be read on
// any page.
import type { OperationResults } from './operations.ts';
import { variants, type VariantName } from '../variants.ts';

const shown = ['latchkey', 'open', 'textbook', 'rows', 'json'] as const satisfies readonly VariantName[];
const colours: Readonly<Record<(typeof shown)[number], string>> = {
  latchkey: '#0b6e4f',
  open: '#6fb98f',
  textbook: '#b23a48',
  rows: '#7a8599',
  json: '#b4bcc9',
};

const size = { width: 760, labels: 230, values: 90, bar: 22, gap: 8, title: 40 };

interface Bar {
  readonly name: (typeof shown)[number];
  readonly value: number;
}

function bars(results: OperationResults): Bar[] {
  return shown.flatMap((name) => {
    const value = results.Dashboard?.variants[name]?.requestsPerSecond;
    return value === undefined ? [] : [{ name, value }];
  });
}

function group(title: string, list: readonly Bar[], most: number, top: number): string {
  const room = size.width - size.labels - size.values;
  const heading = `<text x="16" y="${top + 24}" font-size="15" font-weight="bold">${title}</text>`;
  const lines = list.map(({ name, value }, index) => {
    const y = top + size.title + index * (size.bar + size.gap);
    const width = Math.max(1, Math.round((value / most) * room));
    const middle = y + size.bar / 2 + 5;
    return [
      `<text x="${size.labels - 8}" y="${middle}" text-anchor="end">${variants[name].title}</text>`,
      `<rect x="${size.labels}" y="${y}" width="${width}" height="${size.bar}" fill="${colours[name]}"/>`,
      `<text x="${size.labels + width + 8}" y="${middle}">${Math.round(value)}</text>`,
    ].join('\n');
  });
  return [heading, ...lines].join('\n');
}

/** By engine. Engines without a measured Dashboard are left out. */
export function dashboardPlot(stores: Readonly<Record<string, OperationResults>>): string {
  const groups = Object.entries(stores)
    .map(([engine, results]) => ({ title: `Dashboard, requests per second, ${engine}`, list: bars(results) }))
    .filter(({ list }) => list.length > 0);
  const most = Math.max(1, ...groups.flatMap(({ list }) => list.map(({ value }) => value)));
  let top = 0;
  const parts = groups.map(({ title, list }) => {
    const part = group(title, list, most, top);
    top += size.title + list.length * (size.bar + size.gap) + 10;
    return part;
  });
  const height = top + 6;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${height}" width="${size.width}" height="${height}" font-family="system-ui, sans-serif" font-size="13" fill="#1c2430">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    ...parts,
    '</svg>\n',
  ].join('\n');
}
