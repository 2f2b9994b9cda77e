// The GraphQL types that a resource's declaration makes: its connection and edge, filter, order and arguments.
import { ArgsType, Field, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { EntityClass } from '../db/table.ts';
import { named } from './named-class.ts';
import { maxSearchLength, pageArguments, PageInfo } from './page.ts';

enum OrderDirection {
  ASC = 'ASC',
  DESC = 'DESC',
}
registerEnumType(OrderDirection, { name: 'OrderDirection' });

/** `<name>Connection` and `<name>Edge`, after Relay, with `nodes` beside `edges` and a `totalCount`. */
export function connectionType(type: EntityClass, name: string): EntityClass {
  const EdgeType = named(class {}, `${name}Edge`);
  ObjectType(`${name}Edge`, { description: `One ${name} in a list, with its cursor.` })(EdgeType);
  Field(() => String)(EdgeType.prototype as object, 'cursor');
  Field(() => type)(EdgeType.prototype as object, 'node');
  const Connection = named(class {}, `${name}Connection`);
  ObjectType(`${name}Connection`, { description: `A page of a list of ${name}.` })(Connection);
  const prototype = Connection.prototype as object;
  Field(() => [EdgeType])(prototype, 'edges');
  Field(() => [type], { description: 'The rows without their cursors.' })(prototype, 'nodes');
  Field(() => PageInfo)(prototype, 'pageInfo');
  Field(() => Int, { description: 'All rows under the filter, on every page.' })(prototype, 'totalCount');
  return Connection;
}

export function filterType(
  name: string,
  fields: Readonly<Partial<Record<string, EntityClass>>>,
): EntityClass {
  const Filter = named(class {}, `${name}Filter`);
  InputType(`${name}Filter`, { description: 'All that is given must hold.' })(Filter);
  const prototype = Filter.prototype as object;
  for (const [field, comparator] of Object.entries(fields) as [string, EntityClass][]) {
    Field(() => comparator, { nullable: true })(prototype, field);
  }
  Field(() => [Filter], { nullable: true, description: 'All of these.' })(prototype, 'and');
  Field(() => [Filter], { nullable: true, description: 'At least one of these.' })(prototype, 'or');
  return Filter;
}

export function orderType(name: string, orderBy: Readonly<Record<string, string>>): EntityClass {
  const fields = { ...orderBy };
  registerEnumType(fields, {
    name: `${name}OrderField`,
    description: `What a list of ${name} can be sorted by.`,
  });
  const OrderBy = named(class {}, `${name}OrderBy`);
  InputType(`${name}OrderBy`)(OrderBy);
  const prototype = OrderBy.prototype as object;
  Field(() => fields)(prototype, 'field');
  Field(() => OrderDirection, { defaultValue: OrderDirection.ASC })(prototype, 'direction');
  return OrderBy;
}

/** In words: name, email or phone. */
function listed(properties: readonly string[]): string {
  return properties.join(', ').replace(/, ([^,]*)$/, ' or $1');
}

export function argumentsType(
  { name, search }: { name: string; search: readonly string[] },
  filter: EntityClass,
  order: EntityClass,
): EntityClass {
  const Arguments = named(class {}, `${name}ListArguments`);
  ArgsType()(Arguments);
  const prototype = Arguments.prototype as object;
  for (const [argument, { type, description }] of Object.entries(pageArguments)) {
    Field(type, { nullable: true, description })(prototype, argument);
  }
  Field(() => filter, { nullable: true })(prototype, 'filter');
  Field(() => order, { nullable: true })(prototype, 'orderBy');
  if (search.length > 0) {
    const description = `Every word of it must begin a word of ${listed(search)}; case and accents do not matter, and a telephone number is found by at least four of its digits in a row, however it is written, with or without the code of its country. Without a letter or digit it sets no condition. At most ${maxSearchLength} characters.`;
    Field(() => String, { nullable: true, description })(prototype, 'search');
  }
  return Arguments;
}
