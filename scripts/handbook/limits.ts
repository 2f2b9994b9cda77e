// The tables of limits. Each number comes from the file that holds callers to it.
import { isObjectType, type GraphQLSchema } from 'graphql';
import { maxDocuments, maxUses } from '../../src/access/explain-budget.ts';
import { costOfCalling, costOfSchema } from '../../src/access/policy/index.ts';
import * as document from '../../src/access/policy/limits/document-limits.ts';
import { pointsPerComparison } from '../../src/access/policy/filter-cost.ts';
import { callerCharges, failureCharge, managementCharges } from '../../src/access/rate-limit/buckets.ts';
import { chargesOf } from '../../src/access/rate-limit/password-attempts.ts';
import { settingDefaults } from '../../src/config/config.ts';
import { hourMs, minuteMs } from '../../src/core/clock.ts';
import { operationLimitMs } from '../../src/core/deadlines.ts';
import * as availability from '../../src/features/bookings/availability.service.ts';
import { maxPins } from '../../src/features/api-keys/api-key.inputs.ts';
import { maxDocumentLength } from '../../src/features/operations/operation.inputs.ts';
import { maxOperationsKept } from '../../src/features/operations/operation.service.ts';
import { maxVenues } from '../../src/features/statistics/statistics.inputs.ts';
import { maxBuckets } from '../../src/features/statistics/buckets.ts';
import { maxBulk } from '../../src/resources/inputs/bulk.ts';
import { defaultPageSize, maxPageSize, maxSearchLength } from '../../src/core/page-size.ts';
import { maxPlaces } from '../../src/graphql/errors/error-paths.ts';
import { defaultBodyLimitBytes } from '../../src/http/server/http.ts';
import * as values from '../../src/graphql/precheck/value-limits.ts';
import { code, codes, table } from './markdown.ts';

const figure = (count: number) => count.toLocaleString('en');

/** Sentence about the points -> the fields that say it. */
function costSentences(schema: GraphQLSchema): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    const isMutation = type === schema.getMutationType();
    for (const field of Object.values(type.getFields())) {
      const cost = costOfCalling(field, isMutation);
      if (!cost) continue;
      const isRoot = isMutation || type === schema.getQueryType();
      const name = isRoot ? field.name : `${type.name}.${field.name}`;
      found.set(cost.sentence, [...(found.get(cost.sentence) ?? []), name]);
    }
  }
  return found;
}

/** What costs more than its objects. */
export function costTable(schema: GraphQLSchema): string {
  const rows = [...costSentences(schema)].map(([sentence, names]) => {
    const points = sentence.replace(/^Costs /, '').replace(/\.$/, '');
    return [names.length > 12 ? 'every other mutation' : codes(names.sort()), points];
  });
  const usual = rows.filter(([names]) => names === 'every other mutation');
  return table(
    ['beside the objects', 'points'],
    [
      // By name: the order of types is that in which their files were loaded, which a bundle changes.
      ...rows.filter((row) => !usual.includes(row)).sort(([a], [b]) => (a! < b! ? -1 : 1)),
      ...usual,
      [
        `each ${codes(['search'])}, and each ${codes(['contains', 'neq', 'nin'])} of a filter`,
        String(pointsPerComparison),
      ],
      [codes(['__schema', '__type', 'GET /schema.graphql']), String(costOfSchema)],
    ],
  );
}

const defaults = settingDefaults();
const settings = {
  requestsPerMinute: Number(defaults['RATE_LIMIT_REQUESTS_PER_MINUTE']),
  costPerMinute: Number(defaults['RATE_LIMIT_COST_PER_MINUTE']),
};
const nobody = { userId: '', workspaceId: '' };

/** What a minute has, with the default settings. */
export function budgetTable(): string {
  const [requests, points] = callerCharges(settings, { kind: 'ANONYMOUS' }, '127.0.0.1', 0);
  const [management, managementCost] = managementCharges(settings, nobody, 0);
  const { limit: failures } = failureCharge(settings, '127.0.0.1');
  const row = (who: string, asked: number, cost: number | null, names: string) => [
    ...[who, figure(asked), cost === null ? '' : figure(cost), names],
  ];
  return table(
    ['whose', 'requests', 'points', 'name in the headers'],
    [
      row(
        'a workspace: all its keys and users together',
        requests.limit,
        points.limit,
        codes(['requests', 'cost']),
      ),
      row('an address without a credential', requests.limit, points.limit, codes(['requests', 'cost'])),
      [`a key with ${code('rateLimitPerMinute')}`, 'as the key says', '', code('key')],
      row(
        ...(['an owner or admin who manages the workspace', management.limit, managementCost.limit] as const),
        codes(['management', 'management-cost']),
      ),
      row('refused credentials from one address', failures, null, ''),
    ],
  );
}

/** How often passwords may be tried. */
export function passwordTable(): string {
  const [own, ownDay, all, address] = chargesOf({ account: 'a@b.example', ip: '127.0.0.1', isFirst: true });
  const span = (ms: number) => (ms < hourMs ? `${ms / minuteMs} minutes` : `${ms / hourMs} hours`);
  const row = (what: string, { limit, windowMs }: typeof own) => [what, String(limit), span(windowMs)];
  return table(
    ['attempts', 'at most', 'in'],
    [
      row('for one account from one address', own),
      row('for one account from one address', ownDay),
      row('for one account from anywhere', all),
      row('for any account from one address', address),
    ],
  );
}

/** Of one document, its variables, its lists and its time. */
export function documentTable(): string {
  const of = (what: string, most: number, note = '') => [what, figure(most), note];
  return table(
    ['of one operation', 'at most', ''],
    [
      of('tokens', document.maxTokens),
      of('levels', document.maxDepth),
      of('aliases', document.maxAliases),
      of('root fields', document.maxRootFields, `${document.maxIntrospectionFields} of them introspection`),
      of('directives', document.maxDirectives),
      of('characters of a name', document.maxNameLength),
      of('selections', document.maxSelections, 'with its fragments written out'),
      of(
        'objects in its variables',
        values.maxVariableObjects,
        `each with at most ${values.maxProperties} fields`,
      ),
      of('levels of a value', values.maxValueDepth),
      of('values in lists, such as those of `in`', values.maxListValues, 'counted where they are used'),
      of('objects of filters', values.maxFilterObjects, 'in an operation, counted where they are used'),
      of('items of a page', maxPageSize, `${defaultPageSize} when nothing is said`),
      of('inputs of a bulk mutation', maxBulk),
      of('characters of `search`', maxSearchLength),
      of('bytes of the body', defaultBodyLimitBytes),
      of('seconds', operationLimitMs / 1_000),
      of('days of `availability`', availability.maxRangeDays),
      of('treatments of a venue in `availability`', availability.maxTreatments),
      of(
        'times of one `availability`',
        availability.maxSlots,
        `${figure(availability.maxSlotsOfOperation)} in an operation`,
      ),
      of('`venueIds` of `statistics`', maxVenues),
      of('buckets of `statistics`', maxBuckets),
      of('documents to explain', maxDocuments, `with at most ${figure(maxUses)} uses of fields`),
      of(
        'characters of a stored operation',
        maxDocumentLength,
        `${maxOperationsKept} operations of a workspace, ${maxPins} of a pinned key`,
      ),
      of('errors with `X-Error-Paths: indexed`', maxPlaces, 'then one that says how many there are'),
    ],
  );
}
