/**
 * A machine of one's own as a workflow: an ordinary XState machine whose `invoke` sources are tasks. What of it cannot be durable is
 * refused here; how it runs is the hull's. Its guards, assigns and mappers run again when a process comes back: they must give the
 * same each time, so what they know comes from context and event alone.
 */
import type { AnyStateMachine, ContextFrom, InputFrom, OutputFrom } from 'xstate'
import { z } from 'zod'
import { StatorError } from '../errors.ts'
import { checkName } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { Migrate } from '../messages/migration.ts'
import type { FlowHost } from './flow-host.ts'
import { checkMachine, type Sources } from './own-machine-check.ts'
import { hullOf } from './own-machine-hull.ts'
import { ownDefinition } from './own-machine-runtime.ts'
import { shapeOf } from './own-machine-shape.ts'
import type { Definition } from './kind.ts'
import { checkSchema, func, parse, type Schema } from './schema.ts'
import type { AnyTask } from './task.ts'
import { NO_SURFACE, type Surface } from './surface.ts'
import type { AnyWorkflow } from './workflow.ts'

/** What events from outside carry, by their type: an object; its properties are those of the machine's event. */
export type EventSchemas = Readonly<Record<string, z.ZodType<object, object>>>

export interface OwnMachineOptions<M extends AnyStateMachine, I extends Schema, E extends EventSchemas> {
  machine: M
  /** What a start must give, which the machine gets as its input. Default: anything. */
  input?: I
  /** The events that may come from outside. Default: none. */
  events?: E
  /** Part of a run's identity: raise it when runs in flight must not continue on the new code. Default '1'. */
  version?: string
  /** What the machine's context must be, for runs of another structure or version to go on with this one. Default: anything. */
  context?: Schema<ContextFrom<M>, ContextFrom<M>>
  /** How runs of other versions go on with this one, by their version: each is given the machine's snapshot, and returns it as this one has it. */
  migrate?: Readonly<Record<string, Migrate>>
  /** Findings of the pre-flight that are meant to be so: codes, each with the reason. */
  preflight?: { ignore?: Readonly<Record<string, string>> }
}

const isMachine = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && '__xstatenode' in value && 'root' in value

const shape = z.strictObject({
  machine: z.custom<AnyStateMachine>(isMachine, 'Invalid input: expected an XState machine'),
  input: z.unknown().optional(),
  events: z.record(z.string().min(1).max(200), z.instanceof(z.ZodType)).optional(),
  version: z.string().min(1).max(200).optional(),
  context: z.unknown().optional(),
  migrate: z.record(z.string(), func).optional(),
  preflight: z.strictObject({ ignore: z.record(z.string(), z.string().min(1)).optional() }).optional(),
})

/** What `workflow(name, { machine })` makes. `Given` is what a start is given, `Output` the machine's output. */
export class OwnMachine<in out Given = unknown, in out Output = unknown> implements AnyWorkflow {
  readonly kind = 'workflow'
  readonly flow = undefined
  readonly children = []
  /** What its tasks did is the machine's own to undo. */
  readonly undoable = false
  readonly migrate: AnyWorkflow['migrate']
  readonly name: string
  readonly version: string
  readonly input: Schema<unknown, Given>
  /** As it was given, to be drawn and looked at. */
  readonly machine: AnyStateMachine
  /** All that makes another definition of it, but for its name and version. */
  readonly structure: Json
  readonly surface: Surface
  readonly preflight: AnyWorkflow['preflight']
  /** Only for the compiler. */
  declare readonly of?: { input: unknown; result: Output; wanted: Given }
  /** The machine that takes what the hub delivers. */
  readonly hull: AnyStateMachine
  readonly #sources: Sources
  readonly #context: Schema | undefined

  constructor(name: string, options: OwnMachineOptions<AnyStateMachine, Schema, EventSchemas>) {
    const { machine, input = z.unknown(), events = {}, version = '1', preflight, context, migrate } = options
    this.name = name
    this.version = version
    this.input = input as Schema<unknown, Given>
    this.machine = machine
    this.surface = { ...NO_SURFACE, signals: new Map(Object.entries(events)) }
    this.preflight = preflight
    this.migrate = migrate
    this.#context = context
    this.#sources = checkMachine(machine)
    this.hull = hullOf(machine, { words: this.#sources.words, events: new Set(Object.keys(events)) })
    this.structure = shapeOf(machine, this.#sources)
  }

  /** Every task that it may invoke. */
  get tasks(): readonly AnyTask[] {
    return [...new Set(this.#sources.tasks.values())]
  }

  define(hash: string, host: Pick<FlowHost, 'admit'>): Definition {
    const { name, version, hull, machine, surface, migrate } = this
    const { tasks } = this.#sources
    const parts = { hull, machine, surface, tasks, context: this.#context, migrate }
    return ownDefinition({ name, version, hash }, parts, host)
  }
}

/**
 * Makes a workflow of an XState machine (v5). Its result is the machine's output.
 * @throws StatorError MACHINE_NOT_DURABLE: what no restart could bring back, with its place; ADDRESS_INVALID (name),
 * DEFINITION_INVALID (no machine, a schema, an event named `xstate.…`)
 */
export function ownMachine<
  M extends AnyStateMachine,
  I extends Schema<InputFrom<M>> = Schema<InputFrom<M>, InputFrom<M>>,
  E extends EventSchemas = Readonly<Record<never, never>>,
>(name: string, options: OwnMachineOptions<M, I, E>): OwnMachine<z.input<I>, OutputFrom<M>> {
  checkName(name, 'workflow name')
  const { events = {} } = parse(shape, options, 'DEFINITION_INVALID', `options of workflow ${name}`)
  if (options.input !== undefined) checkSchema(options.input, `input of workflow ${name}`)
  if (options.context !== undefined) checkSchema(options.context, `context of workflow ${name}`)
  for (const [type, schema] of Object.entries(events)) {
    checkSchema(schema, `event ${type} of workflow ${name}`)
    if (type.startsWith('xstate.'))
      throw new StatorError('DEFINITION_INVALID', {
        workflow: name,
        event: type,
        reason: 'only XState gives such events',
      })
  }
  return new OwnMachine<z.input<I>, OutputFrom<M>>(name, options as never)
}
