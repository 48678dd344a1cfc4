/** Flow host: what a run of a compiled workflow needs of whoever knows tasks and workflows. Shapes only. */
import type { Json } from '../messages/json.ts'
import type { Admit } from './graph-runtime.ts'
import type { Definition } from './kind.ts'
import type { Schema } from './schema.ts'
import type { AnyTask } from './task.ts'

export interface FlowHost {
  readonly admit: Admit
  task(name: string): AnyTask | undefined
  /** The workflow of a child, as it is registered. */
  child(
    name: string,
    version: string,
  ): { readonly ref: Definition['ref']; readonly input: Schema; readonly vars: Json } | undefined
}
