// A mutant is noticed by the first random case that fails. Looking for the smallest one takes longer than the test.
import fc from 'fast-check';

fc.configureGlobal({ endOnFailure: true });
