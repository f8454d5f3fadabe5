/** placeholder for types */
export type Reassembly = { readonly type: 'idle' };
