/** RFC 7208 4.6.4: terms that ask DNS. */
export const MOST_LOOKUPS = 10;
/** RFC 7208 4.6.4: terms to which DNS answered that there is nothing. */
export const MOST_VOID_LOOKUPS = 2;
/** RFC 7208 4.6.4: hosts of one `mx`, names of one `ptr`. */
export const MOST_NAMES = 10;

/** Counts what one evaluation has asked for, over all records that it leads to. */
export class LookUpBudget {
  lookups = 0;
  voidLookups = 0;

  /** False: this term is one too many. */
  takeLookup(): boolean {
    this.lookups += 1;
    return this.lookups <= MOST_LOOKUPS;
  }

  /** False: this empty answer is one too many. */
  takeVoid(): boolean {
    this.voidLookups += 1;
    return this.voidLookups <= MOST_VOID_LOOKUPS;
  }
}
