/** A rule that did not hold: by its number in docs/invariants.md, or by a word where it is about the simulation as a whole. */
export class Violation extends Error {
  readonly rule: string;

  constructor(rule: string, says: string, options?: ErrorOptions) {
    super(`${rule}: ${says}`, options);
    this.name = 'Violation';
    this.rule = rule;
  }
}
