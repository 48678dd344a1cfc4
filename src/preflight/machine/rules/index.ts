/** The rules for machines, one file each. `structure`: what is true of any machine; `conduct`: what one's own has to look after itself. */
import type { Found } from '../../finding.ts'
import type { Analysis } from '../analysis.ts'
import { choices } from './choices.ts'
import { ends } from './ends.ts'
import { failures } from './failures.ts'
import { names } from './names.ts'
import { order } from './order.ts'
import { unreachable } from './unreachable.ts'
import { waits } from './waits.ts'

type Rule = (analysis: Analysis) => readonly Found[]

export const structure: readonly Rule[] = [unreachable, ends, choices, names, order]

/** Of a compiled machine the flow is asked instead: there, failures and waits are the compiler's. */
export const conduct: readonly Rule[] = [failures, waits]
