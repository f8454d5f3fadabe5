/** Each field by its own specification, from the operations on that field. */
import type { Product, ProductFields, ProductState, ProductView } from '../../lattice/product.ts';
import type { Specification } from '../specification.ts';
import { operationsOn } from './operations.ts';

/** A command on one field. What a field's commands are is the business of its own specification. */
export interface ProductCommand {
  readonly field: string;
  readonly command: unknown;
}

/** A specification of each field's type, commands of any kind. */
export type FieldSpecifications<F extends ProductFields> = {
  readonly [N in keyof F]: Specification<ProductState<F>[N], ProductView<F>[N], unknown>;
};

export function productSpecification<F extends ProductFields>(
  product: Product<F>,
  specifications: FieldSpecifications<F>,
): Specification<ProductState<F>, ProductView<F>, ProductCommand> {
  const fields = Object.entries<Specification<unknown, unknown, unknown>>(specifications);
  const of = (name: string): Specification<unknown, unknown, unknown> => {
    const specification = fields.find(([field]) => field === name)?.[1];
    if (specification === undefined) throw new RangeError(`no field ${name}`);
    return specification;
  };
  return {
    holdsAcrossGaps: fields.every(([, { holdsAcrossGaps }]) => holdsAcrossGaps),
    command: (random) => {
      const [field, specification] = random.pick(fields);
      return { field, command: specification.command(random) };
    },
    apply: (state, { field, command }, site) =>
      product.delta({ [field]: of(field).apply(state[field], command, site) } as Partial<ProductState<F>>),
    expected: (operations) =>
      Object.fromEntries(
        fields.map(([name, specification]) => [
          name,
          specification.expected(
            operationsOn(operations, ({ field, command }) => (field === name ? command : undefined)),
          ),
        ]),
      ) as ProductView<F>,
  };
}
