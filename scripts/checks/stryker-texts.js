// Leaves texts for people alone when code is mutated. Which refusal comes is tested by its code, its reason and its details; a
// test against an empty message would only repeat the message.

/** @typedef {{ node: any, parent: any, key: string | number, listKey?: string, getFunctionParent(): any }} Path of Babel */

/** By the name of a property or variable that holds a text. */
const holders = new Set(['message', 'description', 'sentence']);
/** By what is called: which of its arguments are texts. */
const speakers = new Map([
  ['Error', [0]],
  ['ApiError', [1]],
  ['tooExpensive', [1]],
  ['refuse', [0]],
  ['refuseMoreThan', [1]],
]);
/** They answer with a sentence or a part of one. */
const writers = new Set(['faultOfUnused', 'messageFor', 'refusalCause', 'roleFor']);

/** @param {Path} path */
function isText({ node }) {
  return node.type === 'StringLiteral' || node.type === 'TemplateLiteral';
}

/** @param {Path} path */
function isForPeople(path) {
  const { parent, key, listKey } = path;
  if (parent.type === 'ObjectProperty') return key === 'value' && holders.has(parent.key.name);
  if (parent.type === 'VariableDeclarator') return holders.has(parent.id.name);
  if (listKey === 'arguments') {
    // `this.faults.push(...)`: what keeps a server from starting, for the author of a feature.
    if (parent.callee.property?.name === 'push' && parent.callee.object.property?.name === 'faults')
      return true;
    return speakers.get(parent.callee.name)?.includes(Number(key)) ?? false;
  }
  const around = path.getFunctionParent()?.node;
  return writers.has(around?.id?.name ?? around?.key?.name);
}

export const strykerPlugins = [
  {
    kind: 'Ignore',
    name: 'texts',
    value: {
      /** @param {Path} path */
      shouldIgnore: (path) =>
        isText(path) && isForPeople(path) ? 'A text for people: its wording is not behaviour.' : undefined,
    },
  },
];
