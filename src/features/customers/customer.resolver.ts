// GraphQL names of the customer mutations -> service calls.
import { Arg, Ctx, Extensions, Mutation, Resolver } from 'type-graphql';
import type { Context } from '../../access/context.ts';
import { keepsVenue, namesVenue } from '../../access/policy/index.ts';
import { definePayload } from '../../resources/payload.ts';
import { CreateCustomerInput, UpdateCustomerInput } from './customer.inputs.ts';
import { customers, writeCustomers } from './customer.resource.ts';
import { createCustomers, createCustomer, updateCustomer } from './customer.service.ts';

const payload = {
  requirement: writeCustomers,
  ids: ['customerId'],
  shows: { customer: { to: customers, key: 'customerId' } },
};
export const createCustomerPayload = definePayload('CreateCustomerPayload', payload);
export const createCustomersPayload = definePayload('CreateCustomersPayload', {
  ...{ requirement: writeCustomers, ids: ['customerIds'], isBulk: true },
  shows: { customers: { to: customers, key: 'customerIds' } },
});
export const updateCustomerPayload = definePayload('UpdateCustomerPayload', payload);

@Resolver()
export class CustomerMutations {
  @Mutation(() => createCustomerPayload.type, { nullable: true, description: 'Adds a customer.' })
  @Extensions(namesVenue('venueIds'))
  createCustomer(@Arg('input', () => CreateCustomerInput) input: CreateCustomerInput, @Ctx() ctx: Context) {
    return createCustomer(ctx, input);
  }

  @Mutation(() => createCustomersPayload.type, {
    nullable: true,
    description: 'Up to 100 at once: all or none.',
  })
  @Extensions(namesVenue('venueIds'))
  createCustomers(
    @Arg('input', () => [CreateCustomerInput]) input: CreateCustomerInput[],
    @Ctx() ctx: Context,
  ) {
    return createCustomers(ctx, input);
  }

  @Mutation(() => updateCustomerPayload.type, { nullable: true, description: 'Changes a customer.' })
  @Extensions(keepsVenue('venueIds'))
  updateCustomer(@Arg('input', () => UpdateCustomerInput) input: UpdateCustomerInput, @Ctx() ctx: Context) {
    return updateCustomer(ctx, input);
  }
}
