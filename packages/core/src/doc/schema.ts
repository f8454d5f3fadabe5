/**
 * What a document holds, said once, in types and at run time:
 *
 *     const Note = schema({ title: register<string>(), body: text(), tags: set<string>(), votes: counter() })
 *
 * Fields are there from the start, empty; naming one makes no operation, so replicas with the same schema agree on them without
 * a word. A field is known by its name and type: renaming one leaves what was written under the old name. Values that are read are
 * the app's types on trust; those that are written go through a validator, where the field has one.
 */
import type { Value } from '../bytes/value.ts';
import { ChildList } from './child-list.ts';
import { ChildMap } from './child-map.ts';
import { Counter } from './counter.ts';
import {
  type ContainerField,
  checkFields,
  type Fields,
  type RecordView,
  type RegisterField,
  recordView,
} from './record-view.ts';
import { Register } from './register.ts';
import { checkBy, type StandardSchema } from './standard-schema.ts';
import { stateOf } from './state-of.ts';
import { Text } from './text.ts';
import { Tree } from './tree.ts';
import { ValueList } from './value-list.ts';
import { ValueMap } from './value-map.ts';
import { ValueSet } from './value-set.ts';
import type { View } from './view.ts';

export interface Schema<F extends Fields> {
  readonly fields: F;
}

export function schema<const F extends Fields>(fields: F): Schema<F> {
  checkFields(fields);
  return { fields };
}

export function text(): ContainerField<Text> {
  return {
    is: 'container',
    type: 'text',
    open: (document, container) => new Text(document, container, stateOf(document, container, 'text')),
  };
}

export function register<T extends Value>(validator?: StandardSchema<T>): RegisterField<T> {
  const check = checkBy(validator);
  return { is: 'register', open: (document, map, key) => new Register<T>(document, map, key, check) };
}

export function counter(): ContainerField<Counter> {
  return {
    is: 'container',
    type: 'counter',
    open: (document, container) => new Counter(document, container),
  };
}

export function set<T extends Value>(validator?: StandardSchema<T>): ContainerField<ValueSet<T>> {
  const check = checkBy(validator);
  return {
    is: 'container',
    type: 'set',
    open: (document, container) => new ValueSet<T>(document, container, check),
  };
}

/** Keys to values. */
export function map<T extends Value>(validator?: StandardSchema<T>): ContainerField<ValueMap<T>> {
  const check = checkBy(validator);
  return {
    is: 'container',
    type: 'map',
    open: (document, container) => new ValueMap<T>(document, container, check),
  };
}

/** Keys to containers of one kind. */
export function mapOf<V extends View<unknown>>(field: ContainerField<V>): ContainerField<ChildMap<V>> {
  return {
    is: 'container',
    type: 'map',
    open: (document, container) => new ChildMap<V>(document, container, field),
  };
}

/** Values in order. */
export function list<T extends Value>(validator?: StandardSchema<T>): ContainerField<ValueList<T>> {
  const check = checkBy(validator);
  return {
    is: 'container',
    type: 'list',
    open: (document, container) => new ValueList<T>(document, container, check),
  };
}

/** Containers of one kind in order. */
export function listOf<V extends View<unknown>>(field: ContainerField<V>): ContainerField<ChildList<V>> {
  return {
    is: 'container',
    type: 'list',
    open: (document, container) => new ChildList<V>(document, container, field),
  };
}

/** Nodes in order, each with these fields. */
export function tree<const F extends Fields>(fields: F): ContainerField<Tree<F>> {
  checkFields(fields);
  return {
    is: 'container',
    type: 'tree',
    open: (document, container) => new Tree<F>(document, container, fields),
  };
}

/** Fields within a field. */
export function record<const F extends Fields>(fields: F): ContainerField<RecordView<F>> {
  checkFields(fields);
  return {
    is: 'container',
    type: 'map',
    open: (document, container) => recordView(document, fields, container),
  };
}
