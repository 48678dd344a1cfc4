/**
 * Materials: what the messages of a compiled workflow say where its machine cannot know it: inputs out of recorded outputs, which case,
 * which items. The only place that calls its mappers and conditions.
 */
import { StatorError, toFailure } from '../errors.ts'
import type { Placed } from '../machines/flow-index.ts'
import type { WorkflowContext } from '../machines/workflow-context.ts'
import { addressOf } from '../machines/workflow-moves.ts'
import { idOf, MAX_RUN_ID } from '../messages/address.ts'
import type { Reference } from '../messages/flow.ts'
import { gateQuestion } from '../messages/gate.ts'
import type { Json } from '../messages/json.ts'
import type { TaskCreate } from '../messages/task.ts'
import { filled, holds, valueOf, type Source } from './conditions.ts'
import { specOf } from './create.ts'
import type { From, NodeCode } from './flow-code.ts'
import type { FlowHost } from './flow-host.ts'
import { fromOf, outputOfNode, runView } from './flow-view.ts'
import type { Look } from './kind.ts'
import { parse } from './schema.ts'
import type { AnyTask } from './task.ts'

/** What the machine says of a message: about which node, in which visit, of which item. */
interface Asked {
  readonly step: number
  readonly visit: number
  readonly item?: number
  readonly undo?: boolean
  readonly ref?: number
}

/** Without one of its own a compensation is tried five times: it should rather succeed late than not at all. */
const UNDO_RETRY = {
  maxAttempts: 5,
  initialInterval: 1000,
  backoff: 2,
  maxInterval: 60_000,
  jitter: 'full',
} as const

export class Materials {
  readonly #context: WorkflowContext
  readonly #code: readonly NodeCode[]
  readonly #look: Look
  readonly #host: FlowHost

  constructor(context: WorkflowContext, code: readonly NodeCode[], look: Look, host: FlowHost) {
    this.#context = context
    this.#code = code
    this.#look = look
    this.#host = host
  }

  of(event: string, data: Json): Json {
    const asked = data as unknown as Asked
    if (event === 'task.create') return asked.undo === true ? this.#undo(asked) : this.#task(asked)
    if (event === 'workflow.start') return this.#child(asked)
    if (event === 'gate.open') return this.#gate(asked)
    if (event === 'flow.decided') return this.#decided(asked)
    if (event === 'step.done') return this.#done(data)
    return data
  }

  #task(asked: Asked): Json {
    const node = stepOf(this.#node(asked.step))
    const task = this.#taskNamed(node.task, node.name)
    const made = this.#input(asked, node.input)
    const input = this.#host.admit(parse(task.input, made, 'INPUT_INVALID', `input of step ${node.name}`))
    const create: TaskCreate = { ...specOf(task, input), ...this.#place(asked) }
    if (node.role !== undefined) create.role = node.role
    if (node.retry !== undefined) create.retry = node.retry
    if (node.timeout !== undefined) create.timeout = node.timeout
    const { path = 1, group } = this.#context.index.entries[asked.step] ?? {}
    if (path > 1) create.path = path
    if (group !== undefined) create.metadata = { group }
    const lanes = node.lanes ?? []
    if (lanes.length > 0)
      create.lane = lanes.map(lane => ({ name: `${this.#address}:${lane}`, limit: this.#limit(lane) }))
    return create as unknown as Json
  }

  /** A compensation is told what the step was, and what came of it, where that is known. */
  #undo({ ref = 0, ...asked }: Asked): Json {
    const node = stepOf(this.#node(asked.step))
    const task = this.#taskNamed(node.undo?.task ?? '', node.name)
    const { step, visit, item = null } = asked
    const created = this.#look.created(addressOf(this.#context, step, visit, item)) as {
      readonly input?: Json
    } | null
    const made = { input: created?.input ?? null, ...(ref === 0 ? {} : { output: this.#look.output(ref) }) }
    const input = this.#host.admit(
      parse(task.input, made, 'INPUT_INVALID', `input of the compensation of ${node.name}`),
    )
    const spec = specOf(task, input, 'bypass')
    const create = { ...spec, retry: spec.retry ?? UNDO_RETRY, ...this.#place(asked), undo: true }
    return create as unknown as Json
  }

  #child(asked: Asked): Json {
    const node = this.#node(asked.step)
    const child = node.kind === 'map' ? node.each : node
    if (child.kind !== 'workflow') throw new StatorError('DEFINITION_INVALID', { step: node.name })
    const known = this.#host.child(child.workflow, child.version)
    if (known === undefined)
      throw new StatorError('NOT_FOUND', { workflow: child.workflow, version: child.version })
    const { name, version, hash } = known.ref
    const id = idOf(addressOf(this.#context, asked.step, asked.visit, asked.item ?? null))
    if (id.length > MAX_RUN_ID) throw new StatorError('ADDRESS_INVALID', { what: 'run below a run', id })
    const made = this.#input(asked, child.input)
    const input = this.#host.admit(parse(known.input, made, 'INPUT_INVALID', `input of step ${node.name}`))
    return {
      workflow: name,
      version,
      hash,
      input,
      ...(known.vars === null ? {} : { vars: known.vars }),
      ...(this.#context.paused ? { paused: true } : {}),
      ...this.#place(asked),
    } as unknown as Json
  }

  #gate(asked: Asked): Json {
    const node = this.#node(asked.step)
    if (node.kind !== 'gate') throw new StatorError('DEFINITION_INVALID', { step: node.name })
    const { mapper, question } = this.#code[asked.step] ?? {}
    const { name, expires, asks, details } = node
    const made = question === undefined ? {} : this.#call(name, () => question(this.#from))
    const said = this.#host.admit(parse(gateQuestion, made, 'INPUT_INVALID', `question of gate ${name}`))
    return {
      title: name,
      ...asks,
      ...(details === undefined ? {} : { details: filled(details, this.#source) }),
      ...(mapper === undefined
        ? {}
        : { details: this.#host.admit(this.#call(name, () => mapper(this.#from))) }),
      ...(said as object),
      ...(expires === undefined ? {} : { expires }),
      ...this.#place(asked),
    } as unknown as Json
  }

  #decided({ step, visit }: Asked): Json {
    const node = this.#node(step)
    const code = this.#code[step] ?? {}
    const base = { step, visit }
    if (node.kind === 'map') return { ...base, list: this.#list(node, code) as Json }
    if (node.kind === 'wait') return { ...base, until: this.#until(node, code) }
    if (node.kind === 'loop') {
      const { while: again } = node
      const goesOn = again === 'code' ? this.#isTrue(node.name, code.while) : holds(again, this.#source)
      return { ...base, choice: goesOn ? 'again' : 'enough' }
    }
    if (node.kind !== 'branch') return base
    const chosen = node.cases.find(({ name, when }) =>
      when === undefined
        ? true
        : when === 'code'
          ? this.#isTrue(node.name, code.when?.[name])
          : holds(when, this.#source),
    )
    return { ...base, choice: chosen?.name ?? null }
  }

  #list(node: Extract<Placed, { kind: 'map' }>, { list }: NodeCode): readonly Json[] {
    const made =
      node.over === undefined
        ? this.#call(node.name, () => list?.(this.#from))
        : valueOf(node.over, this.#source)
    if (!Array.isArray(made))
      throw new StatorError('MAPPER_FAILED', { step: node.name, reason: 'it goes over what is no list' })
    return this.#host.admit(made) as readonly Json[]
  }

  #until({ name, until }: Extract<Placed, { kind: 'wait' }>, code: NodeCode): number {
    const made =
      until === 'mapper'
        ? this.#call(name, () => code.until?.(this.#from))
        : valueOf(until as Reference, this.#source)
    const at = made instanceof Date ? made.getTime() : typeof made === 'string' ? Date.parse(made) : made
    if (Number.isFinite(at)) return at as number
    throw new StatorError('MAPPER_FAILED', { step: name, reason: 'it waits until what is no time' })
  }

  /** Its parent is told what came of it. */
  #done(data: Json): Json {
    const told = data as { readonly status: string; readonly undo?: boolean }
    if (told.status !== 'completed' || told.undo === true) return data
    const { outputs } = runView.report(this.#context, this.#look)
    try {
      return { ...told, output: this.#host.admit(outputs) } as Json
    } catch (error) {
      // It is over itself, so nobody else could tell: its parent hears that it has nothing of it.
      return { ...told, status: 'failed', error: toFailure(error) } as unknown as Json
    }
  }

  #input(asked: Asked, given: Parameters<typeof filled>[0] | undefined): unknown {
    const node = this.#node(asked.step)
    const { mapper, each } = this.#code[asked.step] ?? {}
    if (asked.item !== undefined) {
      const item = this.#item(asked.step, asked.item)
      if (each !== undefined) {
        const index = asked.item
        return this.#call(node.name, () => each(item, { ...this.#from, index }))
      }
      if (given === undefined) return item
      return { ...(filled(given, this.#source) as object), item }
    }
    if (mapper !== undefined) return this.#call(node.name, () => mapper(this.#from))
    return given === undefined ? this.#context.input : filled(given, this.#source)
  }

  #item(step: number, item: number): Json {
    const { list } = this.#look.data(this.#context.maps[step]?.list ?? 0) as {
      readonly list: readonly Json[]
    }
    return list[item] ?? null
  }

  #place({ step, visit, item }: Asked): Pick<TaskCreate, 'parent' | 'step' | 'visit' | 'item'> {
    return { parent: this.#address, step, visit, ...(item === undefined ? {} : { item }) }
  }

  #limit(lane: number): number {
    return this.#context.index.flow.lanes[lane] ?? 1
  }

  #taskNamed(name: string, step: string): AnyTask {
    const task = this.#host.task(name)
    if (task === undefined) throw new StatorError('TASK_UNHANDLED', { task: name, step })
    return task
  }

  #isTrue(step: string, condition: ((from: From) => unknown) | undefined): boolean {
    const made = this.#call(step, () => condition?.(this.#from))
    if (typeof made === 'boolean') return made
    throw new StatorError('MAPPER_FAILED', { step, reason: 'a condition says true or false' })
  }

  #call<T>(step: string, make: () => T): T {
    try {
      return make()
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new StatorError('MAPPER_FAILED', { step, reason }, { cause: error })
    }
  }

  #node(step: number): Placed {
    const entry = this.#context.index.entries[step]
    if (entry === undefined) throw new StatorError('DEFINITION_INVALID', { step })
    return entry.node
  }

  get #address(): `workflow/${string}` {
    return `workflow/${this.#context.run}`
  }

  get #from(): From {
    return fromOf(this.#context, this.#look)
  }

  get #source(): Source {
    return {
      input: this.#context.input,
      output: step => outputOfNode(this.#context, step, this.#look),
    }
  }
}

function stepOf(node: Placed): Extract<Placed, { kind: 'step' }> {
  const step = node.kind === 'map' ? node.each : node
  if (step.kind === 'step') return step
  throw new StatorError('DEFINITION_INVALID', { step: node.name })
}
