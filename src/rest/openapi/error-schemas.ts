// The schemas of what an error says, in both of its forms.
import { httpStatusOf } from '../../core/errors.ts';
import { refTo, type JsonSchema } from './json-schema.ts';

/** Of user errors, beside the codes of every answer. */
const restCodes = ['NOT_FOUND', 'NOT_ALLOWED', 'TAKEN', 'CONFLICT'];
const text: JsonSchema = { type: 'string' };
/** Those of documents too: the access check is given one. */
const codes = [...new Set([...Object.keys(httpStatusOf), ...restCodes])]
  .filter((code) => !code.startsWith('PERSISTED_'))
  .sort();

const facts: Readonly<Record<string, JsonSchema>> = {
  detail: { ...text, description: 'What is wrong, in words for a person.' },
  code: { ...text, enum: codes, description: 'Programs switch on this.' },
  reason: { ...text, description: 'Which of the cases of the code it is.' },
  missing: { type: 'array', items: text, description: 'Scopes that the caller would need.' },
  fields: { type: 'array', items: refTo('FieldFault'), description: 'Which values are meant.' },
  data: {
    ...{ type: 'object', additionalProperties: true },
    description: 'Of a stored mutation that refused a value: what it answered.',
  },
  request_id: { ...text, description: 'The same as X-Request-Id.' },
};

/** Schemas that the responses below refer to. */
export const errorSchemas: Readonly<Record<string, JsonSchema>> = {
  FieldFault: {
    type: 'object',
    properties: {
      field: {
        ...text,
        description: 'Name of a parameter, a header or a member of the body: `customers.0.email`.',
      },
      code: text,
      message: text,
    },
    required: ['field', 'code', 'message'],
  },
  Error: {
    type: 'object',
    properties: { error: { ...text, description: 'What the status says, in short.' }, ...facts },
    required: ['error', 'detail', 'code', 'request_id'],
  },
  Problem: {
    type: 'object',
    description: 'The same facts by RFC 9457, for who accepts application/problem+json.',
    properties: {
      type: { type: 'string', const: 'about:blank' },
      title: text,
      status: { type: 'integer' },
      ...facts,
    },
    required: ['type', 'title', 'status', 'detail', 'code', 'request_id'],
  },
};
