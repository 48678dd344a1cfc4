/** The rules for flows. Failures have none: a step that fails fails the run, which undoes what was done. Nor have times: each attempt of a task has one. */
import type { Flow } from '../../../messages/flow.ts'
import type { Found } from '../../finding.ts'
import type { Place } from '../places.ts'
import { branches } from './branches.ts'
import { loops } from './loops.ts'
import { pivots } from './pivots.ts'
import { saga } from './saga.ts'
import { signals, waits } from './waits.ts'

export const rules: readonly ((places: readonly Place[], flow: Flow) => readonly Found[])[] = [
  saga,
  pivots,
  waits,
  signals,
  branches,
  loops,
]
