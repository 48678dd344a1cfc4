/** How a gate runs: one definition for all of them. Whatever way an approval comes, it says what the form asks for. */
import type { GateContext } from '../machines/gate.ts'
import type { Json } from '../messages/json.ts'
import { heardByGate } from './gate-form.ts'
import type { Definition } from './kind.ts'
import { gateKind } from './kinds.ts'

const version = gateKind.machine.version ?? '1'

export const gateDefinition: Definition = {
  kind: gateKind,
  machine: gateKind.machine,
  ref: { name: 'gate', version, hash: version },
  input: undefined,
  freeze: context => context as Json,
  thaw: context => context,
  hear: (context, type, data) => heardByGate(context as GateContext, type, data),
}
