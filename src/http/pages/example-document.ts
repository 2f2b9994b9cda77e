// The operation that Sandbox and GraphiQL show at first, and the files of examples that GraphiQL has beside it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** From src/http/pages and from dist/src/http/pages. Without the folder, as where dist/ alone was deployed, there are none. */
const folder = ['../../..', '../../../..']
  .map((up) => join(import.meta.dirname, up, 'schema/examples'))
  .find((path) => existsSync(path));

/** What schema/examples has, a text for each file. */
export const exampleFiles: readonly string[] = folder
  ? readdirSync(folder)
      .sort()
      .map((name) => readFileSync(join(folder, name), 'utf8'))
  : [];

export const exampleDocument = `# A dashboard: customers with their latest inquiries and next follow-ups.
# Put your key into the headers: { "Authorization": "Bearer lk_live_…" }
query Dashboard {
  customers(first: 10) {
    totalCount
    nodes {
      id
      name
      city
      inquiries(first: 3) {
        totalCount
        nodes { subject status createdAt }
      }
      followUps(first: 2) {
        nodes { note dueAt status }
      }
    }
  }
}
`;
