/** Register, counter, add-wins set and map keep the laws of op-based types and mean what their specifications say. */
import { it } from 'vitest';
import { checkOpLaws } from '../testing/op-laws.ts';
import {
  counterSpecification,
  mapSpecification,
  mapWithConflicts,
  registerSpecification,
  setSpecification,
} from '../testing/specs/op-types.ts';
import { addWinsSet } from './add-wins-set.ts';
import { counter } from './counter.ts';
import { map } from './map.ts';
import { register } from './register.ts';

it('register', () => {
  checkOpLaws({ ...register, name: 'register' }, registerSpecification);
});

it('counter', () => {
  checkOpLaws({ ...counter, name: 'counter' }, counterSpecification);
});

it('add-wins set', () => {
  checkOpLaws({ ...addWinsSet, name: 'add-wins set' }, setSpecification);
});

it('map, with its conflicts', () => {
  checkOpLaws({ ...map<string>(), name: 'map', view: mapWithConflicts }, mapSpecification);
});
