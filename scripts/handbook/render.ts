// Markdown -> the HTML pages of /docs: one for each file, one with the list of them, one with everything for a browser's search.
// marked reads the Markdown: it has no dependencies, its own types, GitHub's tables, and runs on Node 20. It runs at build time
// alone, on files of this project, so nothing has to be made harmless; what is not expected in them fails the build.
import { Marked, type Tokens } from 'marked';
import { headingId, pageLink, type PageName, type SourcePage } from './pages.ts';

export interface RenderOptions {
  readonly pages: readonly SourcePage[];
  /** File name of the style sheet. */
  readonly style: string;
  /** Path of a picture from src/handbook/ -> its file name. Throws when there is none. */
  picture(path: string): string;
}

/** Where a page stands: what comes before the names beside /docs/start, and what leads from a page to others. */
interface Place {
  /** `docs/` of the page /docs, '' of those below it. */
  readonly base: string;
  address(page: PageName | null, id: string | null): string;
  /** Before the ids of headings, so that they stay apart on one page. */
  readonly idPrefix: string;
}

const escape = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

function addressOf(href: string, place: Place): string {
  if (/^https:\/\//.test(href)) return href;
  const link = pageLink(href);
  if (!link) throw new Error(`The handbook has no place for a link to "${href}".`);
  return place.address(link.page, link.id);
}

/** The text of a heading or a cell without its marks. */
function plain(tokens: readonly Tokens.Generic[]): string {
  return tokens.map((token) => (token.tokens ? plain(token.tokens) : String(token['text']))).join('');
}

function heading({ depth, text, id }: { depth: number; text: string; id: string }): string {
  return `<h${depth} id="${escape(id)}">${text}</h${depth}>\n`;
}

function renderBody(markdown: string, place: Place, options: RenderOptions): string {
  const marked = new Marked({ gfm: true });
  /** How often each heading was met: the versions of the changelog have the same ones. Numbered as GitHub does. */
  const met = new Map<string, number>();
  const numbered = (id: string) => {
    const before = met.get(id) ?? 0;
    met.set(id, before + 1);
    return before === 0 ? id : `${id}-${before}`;
  };
  marked.use({
    renderer: {
      heading(token) {
        const id = `${place.idPrefix}${numbered(headingId(plain(token.tokens)))}`;
        const isPage = token.depth === 1 && place.idPrefix !== '';
        return heading({
          depth: token.depth,
          text: this.parser.parseInline(token.tokens),
          id: isPage ? place.idPrefix.slice(0, -1) : id,
        });
      },
      link(token) {
        return `<a href="${escape(addressOf(token.href, place))}">${this.parser.parseInline(token.tokens)}</a>`;
      },
      image({ href, text }) {
        return `<img src="${place.base}${options.picture(href)}" alt="${escape(text)}">`;
      },
      // A region that scrolls can be reached by the keyboard.
      code: ({ text }) => `<pre tabindex="0"><code>${escape(text)}\n</code></pre>\n`,
      html(token) {
        // Marks of what is generated are for programs.
        if (/^<!--[^]*-->\s*$/.test(token.text)) return '';
        throw new Error(`The handbook is Markdown without HTML: ${token.text.slice(0, 60)}`);
      },
    },
    hooks: {
      postprocess: (html) =>
        html
          .replaceAll('<table>', '<div class="table" tabindex="0"><table>')
          .replaceAll('</table>', '</table></div>'),
    },
  });
  return marked.parse(markdown, { async: false });
}

interface Frame {
  readonly title: string;
  readonly body: string;
  readonly base: string;
  /** From here to `/`. */
  readonly root: string;
  /** Of the page that this is. */
  readonly current: string;
}

function navigation({ base, current }: Frame, { pages }: RenderOptions): string {
  const links = [
    ...pages.map(({ name, title }) => ({ name, title, href: `${base}${name}` })),
    { name: 'all', title: 'Everything on one page', href: `${base}all` },
  ];
  const items = links.map(({ name, title, href }) => {
    const here = name === current ? ' aria-current="page"' : '';
    return `<li><a href="${href}"${here}>${escape(title)}</a></li>`;
  });
  return `<nav class="pages" aria-label="Pages"><ul>\n${items.join('\n')}\n</ul></nav>`;
}

function frame(page: Frame, options: RenderOptions): string {
  const home = page.base === '' ? '../docs' : 'docs';
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(page.title)} · Latchkey</title>
<link rel="icon" href="${page.root}favicon.ico" type="image/svg+xml">
<link rel="stylesheet" href="${page.base}${options.style}">
<a class="skip" href="#text">To the text</a>
<header><strong><a href="${home}">Latchkey handbook</a></strong> <a href="${page.root}">Home</a> <a href="${page.root}graphiql">GraphiQL</a></header>
<div class="page">
${navigation(page, options)}
<main id="text">
${page.body}</main>
</div>
</html>
`;
}

function contents(body: string): string {
  const found = [...body.matchAll(/<h2 id="([^"]*)">(.*)<\/h2>/g)];
  if (found.length < 3) return '';
  const items = found.map(([, id, text]) => `<li><a href="#${id}">${text}</a></li>`);
  return `<nav class="contents" aria-label="On this page"><ul>\n${items.join('\n')}\n</ul></nav>\n`;
}

function renderOne(page: SourcePage, options: RenderOptions): string {
  const address = (to: PageName | null, id: string | null) => `${to ?? ''}${id === null ? '' : `#${id}`}`;
  const text = renderBody(page.text, { base: '', idPrefix: '', address }, options);
  // Behind the first paragraph, which says what the page is for.
  const body = text.replace(/<\/p>\n/, (end) => `${end}${contents(text)}`);
  return frame({ title: page.title, body, base: '', root: '../', current: page.name }, options);
}

function renderIndex(options: RenderOptions): string {
  const address = (to: PageName | null, id: string | null) =>
    `docs/${to ?? ''}${id === null ? '' : `#${id}`}`;
  const place = { base: 'docs/', idPrefix: '', address };
  const items = options.pages.map(
    ({ name, title, summary }) =>
      `<dt><a href="docs/${name}">${escape(title)}</a></dt>\n<dd>${renderBody(summary, place, options)}</dd>`,
  );
  const body = `<h1>Handbook</h1>
<p>How to use a Latchkey server, and how to run one. For a search by the browser there is <a href="docs/all">everything on one page</a>.</p>
<dl>
${items.join('\n')}
</dl>
`;
  return frame({ title: 'Handbook', body, base: 'docs/', root: './', current: 'index' }, options);
}

function renderAll(options: RenderOptions): string {
  const bodies = options.pages.map(({ name, text }) => {
    const address = (to: PageName | null, id: string | null) =>
      `#${to ?? name}${id === null ? '' : `-${id}`}`;
    return renderBody(text, { base: '', idPrefix: `${name}-`, address }, options);
  });
  return frame(
    { title: 'Everything on one page', body: bodies.join('\n'), base: '', root: '../', current: 'all' },
    options,
  );
}

/** Name of the page -> its HTML; `index` is /docs itself. Throws at a link to no page and at raw HTML; ids are left to a test. */
export function renderHandbook(options: RenderOptions): ReadonlyMap<string, string> {
  return new Map([
    ['index', renderIndex(options)],
    ['all', renderAll(options)],
    ...options.pages.map((page) => [page.name, renderOne(page, options)] as const),
  ]);
}
