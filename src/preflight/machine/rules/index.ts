/** The rules for machines, one file each. */
import type { Found } from '../../finding.ts'
import type { Analysis } from '../analysis.ts'
import { choices } from './choices.ts'
import { ends } from './ends.ts'
import { failures } from './failures.ts'
import { names } from './names.ts'
import { order } from './order.ts'
import { unreachable } from './unreachable.ts'
import { waits } from './waits.ts'

export const rules: readonly ((analysis: Analysis) => readonly Found[])[] = [
  unreachable,
  ends,
  choices,
  names,
  order,
  failures,
  waits,
]
