/**
 * The order of all elements that a sequence has ever had, those that are gone too, as undo needs it to put one back: what was
 * made in place of another counts where that one stood, for all that was there when it was made.
 *
 *      a  c'  ~b  ~c         c' was made in place of c when b was gone, so it stands before b. Where does b come back?
 *                            c' is the newer of the two, and made in place of c; b stood before c, so it comes before c'.
 */
import type { SequenceIdentity } from '../op/sequence/sequence-identity.ts';
import type { Revivals } from './revivals.ts';

export class PastOrder {
  readonly #revivals: Revivals;
  readonly #elements: number[] = [];
  /** By LV. */
  readonly #places: Int32Array;
  readonly #there: Uint8Array;
  /** Places of those that are there and were made in place of others. */
  readonly #copies: number[] = [];

  /** As it is now: `end` is the LV that the next operation will have. */
  constructor(identity: SequenceIdentity, revivals: Revivals, end: number) {
    this.#revivals = revivals;
    this.#places = new Int32Array(end);
    this.#there = new Uint8Array(end);
    identity.forEachEver((lv, count, there) => {
      for (let element = lv; element < lv + count; element++) {
        this.#places[element] = this.#elements.length;
        this.#there[element] = there ? 1 : 0;
        if (there && revivals.originOf(element) !== undefined) this.#copies.push(this.#elements.length);
        this.#elements.push(element);
      }
    });
  }

  /** In the order in which they stand. */
  get elements(): readonly number[] {
    return this.#elements;
  }

  /** Whether the element was there when this was made. */
  had(element: number): boolean {
    return this.#there[element] === 1;
  }

  /** Whether the element was made after this was. */
  isLater(element: number): boolean {
    return element >= this.#places.length;
  }

  placeOf(element: number): number {
    return this.#places[element] as number;
  }

  /**
   * The place before which an element that is gone comes back, in this order: its own, unless what was made in place of what
   * stood after it is before that. What others have put in between since goes with the latter.
   */
  returnOf(element: number): number {
    let place = this.placeOf(element);
    for (let at = this.#copiesBefore(place) - 1; at >= 0; at--) {
      const copy = this.#copies[at] as number;
      if (this.precedes(this.#elements[copy] as number, element)) break;
      place = copy;
    }
    return place;
  }

  #copiesBefore(place: number): number {
    let [low, high] = [0, this.#copies.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#copies[middle] as number) < place) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Whether `a` comes before `b`. One that was made after this was must have been made in place of another. */
  precedes(a: number, b: number): boolean {
    let [one, other] = [a, b];
    while (one !== other) {
      const stoodFor = this.#revivals.originOf(Math.max(one, other));
      if (stoodFor === undefined) return this.placeOf(one) < this.placeOf(other);
      if (one > other) one = stoodFor;
      else other = stoodFor;
    }
    return false;
  }
}
