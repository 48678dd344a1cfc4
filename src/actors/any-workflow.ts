/** Any workflow, where its types do not matter: compiled from steps, or one's own machine. Shapes only. */
import type { AnyStateMachine } from 'xstate'
import type { Flow } from '../messages/flow.ts'
import type { Json } from '../messages/json.ts'
import type { Migrate } from '../messages/migration.ts'
import type { FlowHost } from './flow-host.ts'
import type { Definition } from './kind.ts'
import type { Schema } from './schema.ts'
import type { Surface } from './surface.ts'
import type { AnyTask } from './task.ts'

export interface AnyWorkflow {
  readonly kind: 'workflow'
  readonly name: string
  readonly version: string
  readonly input: Schema
  /** The statechart that runs. */
  readonly machine: AnyStateMachine
  /** What it was compiled from; undefined for one's own machine. */
  readonly flow: Flow | undefined
  /** With its name and version, what it is: runs go on only on the same structure. */
  readonly structure: Json
  /** Every task that it asks for, those that undo included. */
  readonly tasks: readonly AnyTask[]
  /** Workflows that run as its steps. */
  readonly children: readonly AnyWorkflow[]
  /** Is there anything in it that can be undone? */
  readonly undoable: boolean
  readonly surface: Surface
  readonly migrate: Readonly<Record<string, Migrate>> | undefined
  readonly preflight: { readonly ignore?: Readonly<Record<string, string>> } | undefined
  /** How it runs. */
  define(hash: string, host: FlowHost): Definition
}
