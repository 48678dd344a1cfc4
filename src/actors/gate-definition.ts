/** How a gate runs: one definition for all of them. Whatever way an approval comes, it says what the form asks for. */
import type { GateContext } from '../machines/gate.ts'
import { heardByGate } from './gate-form.ts'
import type { Definition } from './kind.ts'
import { gateKind } from './kinds.ts'
import { plain } from './plain.ts'

export const gateDefinition: Definition = {
  ...plain(gateKind),
  hear: (context, type, data) => heardByGate(context as GateContext, type, data),
}
