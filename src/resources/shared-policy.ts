// Rules of the types that every feature shares. They say nothing by themselves: what holds them is guarded.
import { open, type PolicyDeclaration } from '../access/policy/index.ts';

export const sharedPolicy: PolicyDeclaration = {
  PageInfo: open,
  UserError: open,
  StringFilter: open,
  ExactStringFilter: open,
  IdFilter: open,
  IdListFilter: open,
  ScopeListFilter: open,
  DateTimeFilter: open,
  OrderDirection: open,
};
