/** placeholder for types */
export interface BatchQueue {
  readonly size: number;
}
