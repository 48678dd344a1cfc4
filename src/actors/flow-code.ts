/** Flow code: the part of a workflow that is code and hangs on its flow by the index of a node. Shapes only. */
import type { Json } from '../messages/json.ts'
import type { AnyTask } from './task.ts'

/** What users' code is given: the input of the run, what came of the steps before, and what updates may have changed. */
export interface From {
  readonly input: Json
  readonly outputs: Readonly<Record<string, Json>>
  readonly vars: Json
}

export interface NodeCode {
  readonly task?: AnyTask | undefined
  /** Undoes it. */
  readonly undo?: AnyTask | undefined
  /** The workflow that it runs. */
  readonly child?: { readonly name: string; readonly version: string } | undefined
  /** Makes its input, or the details of a gate. */
  readonly mapper?: ((from: From) => unknown) | undefined
  /** Makes what else a gate asks. */
  readonly question?: ((from: From) => unknown) | undefined
  /** Makes the input of an item of a map. */
  readonly each?: ((item: Json, from: From & { readonly index: number }) => unknown) | undefined
  readonly list?: ((from: From) => unknown) | undefined
  readonly until?: ((from: From) => unknown) | undefined
  readonly while?: ((from: From) => unknown) | undefined
  /** By case. */
  readonly when?: Readonly<Record<string, (from: From) => unknown>> | undefined
}
