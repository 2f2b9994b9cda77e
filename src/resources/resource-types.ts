// The GraphQL types that a resource's declaration makes: its connection and edge, filter, order and arguments.
import { ArgsType, Field, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { maxSearchLength } from '../core/page-size.ts';
import type { EntityClass } from '../db/store/table.ts';
import { orderInWords } from './in-words.ts';
import { named } from './named-class.ts';
import { pageArguments, type Order, PageInfo } from './page.ts';

enum OrderDirection {
  ASC = 'ASC',
  DESC = 'DESC',
}
registerEnumType(OrderDirection, {
  name: 'OrderDirection',
  description: 'The direction of a sorted list.',
  valuesConfig: {
    ASC: { description: 'The least, or the oldest, first.' },
    DESC: { description: 'The greatest, or the latest, first.' },
  },
});

/** `<name>Connection` and `<name>Edge`, after Relay, with `nodes` beside `edges` and a `totalCount`. */
export function connectionType(type: EntityClass, name: string): EntityClass {
  const EdgeType = named(class {}, `${name}Edge`);
  ObjectType(`${name}Edge`, { description: `One ${name} in a list, with its cursor.` })(EdgeType);
  Field(() => String, { description: 'Where the row stands in the list: for `after` and `before`.' })(
    EdgeType.prototype as object,
    'cursor',
  );
  Field(() => type, { description: `The ${name} itself.` })(EdgeType.prototype as object, 'node');
  const Connection = named(class {}, `${name}Connection`);
  ObjectType(`${name}Connection`, { description: `A page of a list of ${name}.` })(Connection);
  const prototype = Connection.prototype as object;
  Field(() => [EdgeType], { description: 'The rows with their cursors.' })(prototype, 'edges');
  Field(() => [type], { description: 'The rows without their cursors.' })(prototype, 'nodes');
  Field(() => PageInfo, { description: 'Whether there is more, and where to go on.' })(prototype, 'pageInfo');
  Field(() => Int, { description: 'All rows under the filter, on every page.' })(prototype, 'totalCount');
  return Connection;
}

export function filterType(
  name: string,
  fields: Readonly<Partial<Record<string, EntityClass>>>,
): EntityClass {
  const Filter = named(class {}, name);
  InputType(name, { description: 'All that is given must hold.' })(Filter);
  const prototype = Filter.prototype as object;
  for (const [field, comparator] of Object.entries(fields) as [string, EntityClass][]) {
    Field(() => comparator, { nullable: true, description: `What \`${field}\` must be.` })(prototype, field);
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
    valuesConfig: Object.fromEntries(
      Object.entries(orderBy).map(([value, property]) => [
        value,
        { description: `By \`${property.replace(/(Folded|Sorted)$/, '')}\`, and rows alike by their ids.` },
      ]),
    ),
  });
  const OrderBy = named(class {}, `${name}OrderBy`);
  InputType(`${name}OrderBy`, { description: `How a list of ${name} is sorted.` })(OrderBy);
  const prototype = OrderBy.prototype as object;
  Field(() => fields, { description: 'What it is sorted by.' })(prototype, 'field');
  const direction = { defaultValue: OrderDirection.ASC, description: 'In which direction.' };
  Field(() => OrderDirection, direction)(prototype, 'direction');
  return OrderBy;
}

/** In words: name, email or phone. */
function listed(properties: readonly string[]): string {
  return properties.join(', ').replace(/, ([^,]*)$/, ' or $1');
}

/** A type of which there are lists. */
interface ListedType {
  readonly name: string;
  /** Properties. */
  readonly search: readonly string[];
  readonly defaultOrder: Order;
}

export function argumentsType(
  { name, search, defaultOrder }: ListedType,
  filter: EntityClass,
  order: EntityClass,
): EntityClass {
  const Arguments = named(class {}, `${name}ListArguments`);
  ArgsType()(Arguments);
  const prototype = Arguments.prototype as object;
  for (const [argument, { type, description }] of Object.entries(pageArguments)) {
    Field(type, { nullable: true, description })(prototype, argument);
  }
  const filterDescription = 'Only rows that meet it; without one, all.';
  Field(() => filter, { nullable: true, description: filterDescription })(prototype, 'filter');
  const orderDescription = `How the list is sorted; without it, ${orderInWords(defaultOrder)}. A cursor belongs to one order.`;
  Field(() => order, { nullable: true, description: orderDescription })(prototype, 'orderBy');
  if (search.length > 0) {
    const description = `Every word of it must begin a word of ${listed(search)}; case and accents do not matter, and a telephone number is found by at least four of its digits in a row, however it is written, with or without the code of its country; words beside it such as "Tel." or "phone:" do not count. Without a letter or digit it sets no condition. At most ${maxSearchLength} characters.`;
    Field(() => String, { nullable: true, description })(prototype, 'search');
  }
  return Arguments;
}
