// The stack that people would pick, from the first pages of its libraries' documentation: standalone Apollo Server,
// type-graphql, TypeORM repositories, DataLoader, graphql-shield on every field, the key looked up on each request.
import 'reflect-metadata';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createRequire } from 'node:module';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { GraphQLError, GraphQLScalarType } from 'graphql';
import type * as GraphqlMiddleware from 'graphql-middleware';
import type * as GraphqlShield from 'graphql-shield';
import { GraphQLDateTimeISO } from 'graphql-scalars';
import { buildSchema } from 'type-graphql';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { ApiKeySecret, entities } from './entities.ts';
import { createLoaders } from './loaders.ts';
import { CustomerResolver, FollowUpResolver, InquiryResolver, type TextbookContext } from './resolvers.ts';

const require = createRequire(import.meta.url);
// The ES module builds of both do not load on Node 24.
const { rule, shield, deny } = require('graphql-shield') as typeof GraphqlShield;
const { applyMiddleware } = require('graphql-middleware') as typeof GraphqlMiddleware;

function sourceOptions(url: string): DataSourceOptions {
  return url.startsWith('sqlite:')
    ? { type: 'sqlite', database: url.slice('sqlite:'.length), entities }
    : { type: 'postgres', url, entities };
}

const needs = (scope: string) =>
  rule({ cache: 'contextual' })((_parent, _args, { scopes }: TextbookContext) => scopes.has(scope));

function permissions() {
  const customers = needs('read:customers');
  const inquiries = needs('read:inquiries');
  const followUps = needs('read:followups');
  const venues = needs('read:venues');
  const writeInquiries = needs('write:inquiries');
  const known = rule({ cache: 'contextual' })((_parent, _args, context: TextbookContext) =>
    Boolean(context.workspaceId),
  );
  const connection = (read: typeof customers) => ({ '*': read });
  return shield(
    {
      Query: { customer: customers, customers, inquiries },
      Mutation: { createInquiry: writeInquiries },
      Customer: { '*': customers, inquiries, followUps, venues },
      Inquiry: { '*': inquiries, customer: customers, venue: venues },
      Reply: { '*': inquiries },
      FollowUp: { '*': followUps, customer: customers },
      Venue: { '*': venues },
      CustomerConnection: connection(customers),
      CustomerEdge: connection(customers),
      InquiryConnection: connection(inquiries),
      InquiryEdge: connection(inquiries),
      ReplyConnection: connection(inquiries),
      ReplyEdge: connection(inquiries),
      FollowUpConnection: connection(followUps),
      FollowUpEdge: connection(followUps),
      VenueConnection: connection(venues),
      VenueEdge: connection(venues),
      PageInfo: { '*': known },
      CreateInquiryPayload: { '*': writeInquiries, inquiry: inquiries },
      UserError: { '*': known },
    },
    { fallbackRule: deny, allowExternalErrors: true },
  );
}

const unauthenticated = () =>
  new GraphQLError('Not authenticated', { extensions: { code: 'UNAUTHENTICATED', http: { status: 401 } } });

/** `lk_live_<id>_<secret><check>`: the id finds the row, the digest proves the rest. */
async function principalOf(source: DataSource, authorization: string | undefined, pepper: string) {
  const key = /^Bearer (.+)$/.exec(authorization ?? '')?.[1];
  const id = key?.split('_')[2];
  if (key === undefined || id === undefined) throw unauthenticated();
  const found = await source
    .getRepository(ApiKeySecret)
    .findOne({ where: { id }, relations: { apiKey: true } });
  const digest = createHmac('sha256', pepper).update(key).digest('hex');
  if (!found || !timingSafeEqual(Buffer.from(found.digest), Buffer.from(digest))) throw unauthenticated();
  if (found.apiKey.status !== 'ACTIVE') throw unauthenticated();
  return { workspaceId: found.apiKey.workspaceId, scopes: new Set(found.apiKey.scopes) };
}

const source = await new DataSource(sourceOptions(process.env['DATABASE_URL'] ?? '')).initialize();
// The clients' documents call it DateTime.
const dateTime = new GraphQLScalarType({ ...GraphQLDateTimeISO.toConfig(), name: 'DateTime' });
const schema = await buildSchema({
  resolvers: [CustomerResolver, InquiryResolver, FollowUpResolver],
  scalarsMap: [{ type: Date, scalar: dateTime }],
});
const server = new ApolloServer<TextbookContext>({ schema: applyMiddleware(schema, permissions()) });
const { url } = await startStandaloneServer(server, {
  listen: { port: 0, host: '127.0.0.1' },
  context: async ({ req }) => ({
    source,
    loaders: createLoaders(source),
    ...(await principalOf(source, req.headers.authorization, process.env['KEY_PEPPER'] ?? '')),
  }),
});
process.stdout.write(`listening at ${url}\n`);
