// A feature that is not in the product: arguments, input fields and enum values with rules of their own, and a union
// whose type is told by an argument with a default. The product has too few of these to find a fault in them.
import {
  Arg,
  createUnionType,
  Extensions,
  Field,
  FieldResolver,
  InputType,
  Mutation,
  ObjectType,
  Query,
  registerEnumType,
  Resolver,
} from 'type-graphql';
import { GraphQLID } from 'graphql';
import { open, scopes, type PolicyDeclaration } from '../../../src/access/policy/index.ts';
import { Customer } from '../../../src/features/customers/index.ts';
import { Venue } from '../../../src/features/venues/index.ts';
import type { Feature } from '../../../src/resources/feature.ts';
import { StringFilter } from '../../../src/resources/inputs/comparators.ts';
import type { ConcreteType } from './shield-oracle.ts';

// Inside and outside the values have different names, as the sort fields of the product do.
enum ParcelSort {
  NEWEST = 'created_at',
  WEIGHT = 'weight',
  OWNER = 'owner_name',
}
registerEnumType(ParcelSort, { name: 'ParcelSort' });

enum HolderKind {
  CUSTOMER = 'a customer',
  VENUE = 'a venue',
}
registerEnumType(HolderKind, { name: 'HolderKind' });

const Holder = createUnionType({ name: 'Holder', types: () => [Customer, Venue] as const });

@InputType()
class ParcelOwnerFilter {
  @Field(() => StringFilter, { nullable: true }) name?: StringFilter;
  @Field(() => StringFilter, { nullable: true }) email?: StringFilter;
}

@InputType()
class ParcelFilter {
  @Field(() => StringFilter, { nullable: true }) label?: StringFilter;
  @Field(() => ParcelOwnerFilter, { nullable: true }) owner?: ParcelOwnerFilter;
  @Field(() => [ParcelSort], { nullable: true }) sorts?: ParcelSort[];
  @Field(() => [ParcelFilter], { nullable: true }) and?: ParcelFilter[];
  @Field(() => ParcelFilter, { nullable: true }) not?: ParcelFilter;
}

@InputType()
class SendParcelInput {
  @Field(() => String) label!: string;
  @Field(() => GraphQLID, { nullable: true }) inquiryId?: string;
  @Field(() => ParcelSort, { nullable: true }) sort?: ParcelSort;
}

@ObjectType()
class Parcel {
  @Field(() => GraphQLID) id!: string;
  @Field(() => String) label!: string;
  @Field(() => String, { nullable: true }) value!: string | null;
  @Field(() => [[Customer]], { nullable: true }) rounds!: Customer[][] | null;
}

@ObjectType()
class SendParcelPayload {
  @Field(() => GraphQLID, { nullable: true }) parcelId!: string | null;
  @Field(() => Parcel, { nullable: true }) parcel!: Parcel | null;
}

const tellHolder = ({ kind }: Readonly<Record<string, unknown>>) =>
  kind === HolderKind.CUSTOMER ? 'Customer' : kind === HolderKind.VENUE ? 'Venue' : null;

// Dense rows answer in place of every method here.
@Resolver(() => Parcel)
class ParcelResolver {
  @Query(() => [Parcel], { nullable: true })
  parcels(
    @Arg('search', () => String, { nullable: true }) _search: string | null,
    @Arg('filter', () => ParcelFilter, { nullable: true }) _filter: ParcelFilter | null,
    @Arg('sort', () => ParcelSort, { defaultValue: ParcelSort.NEWEST }) _sort: ParcelSort,
    @Arg('then', () => [ParcelSort], { nullable: true }) _then: ParcelSort[] | null,
  ): Parcel[] {
    return [];
  }

  @FieldResolver(() => [String], { nullable: true })
  contents(@Arg('secret', () => Boolean, { nullable: true }) _secret: boolean | null): string[] {
    return [];
  }

  @FieldResolver(() => Holder, { nullable: true })
  @Extensions({ concreteTypeOf: tellHolder })
  holder(
    @Arg('kind', () => HolderKind, { defaultValue: HolderKind.CUSTOMER }) _kind: HolderKind,
  ): Customer | Venue | null {
    return null;
  }

  @Mutation(() => SendParcelPayload, { nullable: true })
  sendParcel(
    @Arg('input', () => SendParcelInput) _input: SendParcelInput,
    @Arg('insured', () => Boolean, { nullable: true }) _insured: boolean | null,
  ): SendParcelPayload | null {
    return null;
  }
}

const readVenues = scopes('read:venues');
const writeVenues = scopes('write:venues');
const policy: PolicyDeclaration = {
  Parcel: readVenues,
  'Parcel.value': scopes('read:inquiries'),
  ParcelFilter: readVenues,
  'ParcelFilter.owner': scopes('read:customers'),
  ParcelOwnerFilter: readVenues,
  'ParcelOwnerFilter.email': scopes('read:inquiries'),
  'ParcelSort.OWNER': scopes('read:customers'),
  'ParcelSort.WEIGHT': readVenues,
  'Query.parcels': readVenues,
  'Query.parcels(search)': scopes('read:customers', 'read:followups'),
  'Parcel.contents(secret)': scopes('read:followups'),
  'Parcel.holder': open,
  SendParcelPayload: writeVenues,
  'Mutation.sendParcel': writeVenues,
  'Mutation.sendParcel(insured)': scopes('write:customers'),
  SendParcelInput: writeVenues,
  'SendParcelInput.inquiryId': scopes('read:inquiries'),
};

export const parcels: Feature = {
  name: 'parcels',
  tables: [],
  scopes: [],
  resources: [],
  resolvers: [ParcelResolver],
  policy,
};

/** The union's types, said to the oracle in its own words; every other field as `otherwise` says. */
export function holderByKind(otherwise: ConcreteType): ConcreteType {
  return (field, args) => {
    if (field !== 'Parcel.holder') return otherwise(field, args);
    return { 'a customer': 'Customer', 'a venue': 'Venue' }[String(args['kind'])] ?? null;
  };
}
