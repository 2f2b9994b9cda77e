// What runs in the reference of REST: it asks for the description with the key that is typed in, and shows it by Swagger UI. The
// key stays in a variable of the page: it is written into no storage, no address and no cookie.

export const restDocsScript = `
'use strict';
const form = document.querySelector('#key-form');
const field = document.querySelector('#key');
const status = document.querySelector('#status');
const root = new URL(document.documentElement.dataset.root, location.href);
const base = new URL('.', location.href);
const methods = ['get', 'post', 'patch', 'delete'];
const quoted = (text) => JSON.stringify(text);

/* The mutation that makes a key for one endpoint, to be run in GraphiQL by a signed-in owner or admin. */
const makeKey = (operation) => {
  const mutation = '# Makes a key for: ' + operation.summary + '. Run it signed in as an owner or admin.\\n' +
    'mutation {\\n  createApiKey(input: { label: ' + quoted(operation.summary) + ', scopes: ' +
    quoted(operation['x-required-scopes']) + ' }) {\\n    secret\\n    warning\\n    userErrors { message }\\n  }\\n}\\n';
  return new URL('graphiql?query=' + encodeURIComponent(mutation), root).href.replace(/\\(/g, '%28').replace(/\\)/g, '%29');
};

const curlOf = (operation) => {
  const [sample] = operation['x-codeSamples'];
  return sample.source.replace('$LATCHKEY_URL/api/v1', base.href.replace(/\\/$/, ''));
};

/* The same operation with what only this page can say: its own address, and where a key is made. */
const withHelp = (operation) => {
  const scopes = operation['x-required-scopes'];
  const isForKeys = scopes.length > 0 && !scopes.includes('workspace:manage');
  const parts = [
    operation.description,
    ...(isForKeys ? ['[Make a key for this endpoint](' + makeKey(operation) + ')'] : []),
    '\`\`\`sh\\n' + curlOf(operation) + '\\n\`\`\`',
  ];
  return { ...operation, description: parts.join('\\n\\n') };
};

const forThisPage = (description) => ({
  ...description,
  servers: [{ url: base.href.replace(/\\/$/, '') }],
  paths: Object.fromEntries(
    Object.entries(description.paths).map(([path, item]) => [
      path,
      Object.fromEntries(methods.filter((method) => item[method]).map((method) => [method, withHelp(item[method])])),
    ]),
  ),
});

const show = (description, key) => {
  const ui = SwaggerUIBundle({
    spec: forThisPage(description),
    dom_id: '#reference',
    validatorUrl: null,
    persistAuthorization: false,
    deepLinking: true,
    displayRequestDuration: true,
    docExpansion: 'list',
    defaultModelsExpandDepth: 0,
    tryItOutEnabled: true,
    syntaxHighlight: { activated: true, theme: 'idea' },
    onComplete: () => {
      if (key !== '') ui.preauthorizeApiKey('bearer', key);
    },
  });
};

const load = async () => {
  const key = field.value.trim();
  status.textContent = 'Loading …';
  const headers = key === '' ? {} : { authorization: 'Bearer ' + key };
  const answer = await fetch(new URL('openapi.json', base), { headers, credentials: 'omit' });
  const told = await answer.json();
  if (!answer.ok) {
    status.textContent = answer.status === 401 && key === '' ? 'Give a key to see what it may call.' : told.detail;
    return;
  }
  show(told, key);
  status.textContent = key === '' ? 'Without a key. Give one to try the endpoints out.' : 'Requests are sent with this key.';
};

form.addEventListener('submit', (event) => {
  event.preventDefault();
  load();
});
load();
`;

export const restDocsStyles = `
:root { color-scheme: light; }
body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; background: #fff; color: #1b1f24; }
.top { display: flex; flex-wrap: wrap; align-items: end; gap: 0.5rem 1rem; max-width: 1460px; margin: 0 auto; padding: 1rem 20px 0; }
.top p { margin: 0; }
.top label { display: block; font-weight: 600; }
.top input { font: inherit; padding: 0.35rem 0.5rem; width: min(30rem, 80vw); border: 1px solid #59636e; border-radius: 4px; }
.top button { font: inherit; padding: 0.35rem 0.9rem; border: 1px solid #1f4e5f; border-radius: 4px; background: #1f4e5f; color: #fff; cursor: pointer; }
.top :focus-visible { outline: 3px solid #0b7285; outline-offset: 2px; }
.top form { display: flex; flex-wrap: wrap; align-items: end; gap: 0.5rem; }
/* Until a key is given; the reference brings a heading of its own. */
main > h1 { max-width: 1460px; margin: 1rem auto; padding: 0 20px; }
/* The list of servers has this one alone, and the key is given above. */
.swagger-ui .scheme-container { display: none; }
.swagger-ui .information-container.wrapper { padding-top: 0; }
.swagger-ui .info { margin: 20px 0; }
`;
