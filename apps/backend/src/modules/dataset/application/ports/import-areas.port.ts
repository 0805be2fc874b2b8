/** Where in the bucket objects may lie that are not the product's own and are registered without a copy; said by the operator. */
export abstract class ImportAreas {
  abstract readonly prefixes: readonly string[];
}
