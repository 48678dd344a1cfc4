/**
 * flow(): a workflow out of data, checked as a whole: for work that is known only at run time, whoever thought of it. It is frozen into
 * the message that starts a run, so a later process life needs the tasks, not the code that chose them.
 */
import type { AnyStateMachine } from 'xstate'
import { StatorError } from '../errors.ts'
import { indexOf } from '../machines/flow-index.ts'
import { compileWorkflow } from '../machines/workflow.ts'
import { isPlace } from '../machines/workflow-context.ts'
import { checkName } from '../messages/address.ts'
import { toMs } from '../messages/duration.ts'
import type { ChildNode, Flow, FlowNode, StepNode } from '../messages/flow.ts'
import {
  documentNodes,
  flowDocument,
  type BranchDocument,
  type DocumentNode,
  type FlowDocument,
  type GateDocument,
  type LoopDocument,
  type MapDocument,
  type ParallelDocument,
  type StepDocument,
  type WaitDocument,
} from './flow-document.ts'
import { checkForm } from './gate-form.ts'
import { termsFrom } from './gate-question.ts'
import { conditionOf, fillingOf, referenceOf, type GivenInput } from './flow-references.ts'
import { present } from './present.ts'
import { parse, type Schema } from './schema.ts'
import { retryPolicy, type RetryOptions } from './task.ts'

export interface FlowDefinition {
  readonly kind: 'flow'
  readonly name: string
  readonly version: string
  readonly flow: Flow
  /** The statechart that runs. */
  readonly machine: AnyStateMachine
}

/**
 * @throws StatorError DEFINITION_INVALID (shape, a name used twice, an empty loop, a pivot where none can stand, a wait without an end),
 * ADDRESS_INVALID (name), DEPENDENCY_UNKNOWN (a reference to what does not come before)
 */
export function flow(document: FlowDocument): FlowDefinition {
  const given = parse(flowDocument, document, 'DEFINITION_INVALID', 'a flow document')
  checkName(given.name, 'workflow name')
  const { name, version = '1' } = given
  const made = new Reader(given).flow
  let machine: AnyStateMachine | undefined
  return {
    kind: 'flow',
    name,
    version,
    flow: made,
    get machine(): AnyStateMachine {
      machine ??= compileWorkflow(name, version, indexOf(made))
      return machine
    },
  }
}

const SORTS = Object.keys(documentNodes) as (keyof typeof documentNodes)[]

/** Where a node stands: what it may refer to, and whether all goes back with it. */
interface Around {
  readonly lanes: readonly number[]
  /** Why no pivot can stand here; undefined where one can. */
  readonly noPivot: string | undefined
}

class Reader {
  readonly flow: Flow
  readonly #document: FlowDocument
  readonly #lanes: number[]
  readonly #names = new Set<string>()
  /** What can be referred to: nodes that were read, by name. */
  readonly #steps = new Map<string, number>()
  readonly #signals: string[]
  #next = 0

  constructor(document: FlowDocument) {
    const { limit, onFailure = 'continue', signals = [], steps } = document
    this.#document = document
    this.#lanes = limit === undefined ? [] : [limit]
    this.#signals = signals.map(name => checkName(name, 'signal name'))
    const body = this.#row(steps, { lanes: limit === undefined ? [] : [0], noPivot: undefined })
    this.flow = { body, lanes: this.#lanes, onFailure, signals: [...new Set(this.#signals)] }
  }

  #row(nodes: readonly DocumentNode[], around: Around): FlowNode[] {
    return nodes.map(node => this.#node(node, around))
  }

  #node(given: DocumentNode, around: Around): FlowNode {
    const node = this.#checked(given)
    if ('step' in node) return this.#step(node, around)
    if ('map' in node) return this.#map(node, around)
    if ('run' in node) return this.#child(this.#named(node.run), this.#taken(node.run), node)
    if ('gate' in node) return this.#gate(this.#named(node.gate), node)
    if ('wait' in node) return this.#wait(node)
    if ('sequence' in node)
      return { kind: 'sequence', name: this.#named(node.sequence), body: this.#row(node.steps, around) }
    if ('parallel' in node) return this.#parallel(node, around)
    return 'branch' in node ? this.#branch(node, around) : this.#loop(node, around)
  }

  /** As the schema of its sort wants it. */
  #checked(node: DocumentNode): DocumentNode {
    const sort = SORTS.find(key => Object.hasOwn(node, key))
    if (sort === undefined)
      throw new StatorError('DEFINITION_INVALID', {
        what: 'a node of a flow',
        expected: `one of ${SORTS.join(', ')}`,
      })
    const named = String((node as Readonly<Record<string, unknown>>)[sort])
    return parse(documentNodes[sort] as Schema<DocumentNode>, node, 'DEFINITION_INVALID', `${sort} ${named}`)
  }

  #step(node: StepDocument, around: Around): StepNode {
    const name = this.#named(node.step)
    if (node.pivot === true && around.noPivot !== undefined)
      throw this.#invalid(name, `a pivot cannot stand in ${around.noPivot}`)
    const own = this.#work(name, node.task, node, around)
    return { ...own, step: this.#taken(name), ...(node.pivot === true ? { pivot: true } : {}) }
  }

  #work(
    name: string,
    task: string,
    node: StepDocument | MapDocument,
    { lanes }: Around,
  ): Omit<StepNode, 'step'> {
    const { compensate, role, retry, timeout } = node
    const input = fillingOf(name, node, this.#steps)
    return {
      kind: 'step',
      name,
      task: checkName(task, 'task name'),
      ...(input === undefined ? {} : { input }),
      ...(compensate === undefined ? {} : { undo: { task: checkName(compensate, 'task name') } }),
      ...(role === undefined ? {} : { role: checkName(role, 'role') }),
      ...(retry === undefined ? {} : { retry: retryPolicy(retry as RetryOptions, `retry of step ${name}`) }),
      ...(timeout === undefined ? {} : { timeout: toMs(timeout, 'timeout') }),
      ...(lanes.length === 0 ? {} : { lanes: [...lanes] }),
    }
  }

  #gate(name: string, node: GateDocument): FlowNode {
    const { gate: _, details: input, bind, from, title, reason, attemptedSolutions, ...terms } = node
    const { expires, ...asks } = {
      ...present({ title, reason, attemptedSolutions }),
      ...termsFrom(terms, `gate ${name}`, checkForm),
    }
    const details = fillingOf(name, { input, bind, from }, this.#steps)
    return {
      kind: 'gate',
      name,
      step: this.#taken(name),
      ...present({ expires, details }),
      ...(Object.keys(asks).length === 0 ? {} : { asks }),
    }
  }

  #child(
    name: string,
    step: number,
    node: {
      readonly workflow: { readonly name: string; readonly version?: string | undefined }
    } & GivenInput,
  ): ChildNode {
    const input = fillingOf(name, node, this.#steps)
    const { name: workflow, version = '1' } = node.workflow
    // Whether there is anything to undo, the run itself says when it is done.
    return {
      kind: 'workflow',
      name,
      step,
      workflow,
      version,
      undoable: true,
      ...(input === undefined ? {} : { input }),
    }
  }

  #map(node: MapDocument, around: Around): FlowNode {
    const name = this.#named(node.map)
    const { task, workflow, limit } = node
    if ((task === undefined) === (workflow === undefined))
      throw this.#invalid(name, 'a map is of a task or of a workflow')
    const over = referenceOf(name, node.over, this.#steps)
    const own = workflow === undefined ? undefined : this.#child(name, 0, { ...node, workflow })
    const work = own === undefined ? this.#work(name, task ?? '', node, around) : undefined
    const step = this.#taken(name)
    const each = own === undefined ? { ...(work as Omit<StepNode, 'step'>), step } : { ...own, step }
    return { kind: 'map', name, step, over, ...(limit === undefined ? {} : { limit }), each }
  }

  #wait(node: WaitDocument): FlowNode {
    const name = this.#named(node.wait)
    const { signal, until } = node
    const ends = [signal ?? node.for, until].filter(end => end !== undefined)
    if (ends.length !== 1) throw this.#invalid(name, 'a wait is for a signal, for a while, or until a time')
    const ref = until === undefined ? {} : { until: referenceOf(name, until, this.#steps) }
    if (signal !== undefined) this.#signals.push(checkName(signal, 'signal name'))
    const ms = node.for === undefined ? {} : { for: toMs(node.for, 'for') }
    return {
      kind: 'wait',
      name,
      step: this.#taken(name),
      ...(signal === undefined ? {} : { signal }),
      ...ms,
      ...ref,
    }
  }

  #parallel(node: ParallelDocument, around: Around): FlowNode {
    const name = this.#named(node.parallel)
    const lanes =
      node.limit === undefined ? around.lanes : [...around.lanes, this.#lanes.push(node.limit) - 1]
    // What stands beside a node does not come before it.
    const before = new Map(this.#steps)
    const after = new Map(before)
    const body = node.steps.map(child => {
      this.#steps.clear()
      for (const [key, step] of before) this.#steps.set(key, step)
      const made = this.#node(child, { lanes, noPivot: `parallel group ${name}` })
      for (const [key, step] of this.#steps) after.set(key, step)
      return made
    })
    for (const [key, step] of after) this.#steps.set(key, step)
    return { kind: 'parallel', name, body }
  }

  #branch(node: BranchDocument, around: Around): FlowNode {
    const name = this.#named(node.branch)
    const conditions = node.cases.map(({ when }) =>
      when === undefined ? undefined : conditionOf(name, when, this.#steps),
    )
    const step = this.#next++
    const names = new Set(node.cases.map(one => one.case))
    if (names.size < node.cases.length) throw this.#invalid(name, 'two cases have the same name')
    const cases = node.cases.map((one, i) => ({
      name: checkName(one.case, 'name of a case'),
      ...(conditions[i] === undefined ? {} : { when: conditions[i] }),
      body: this.#row(one.steps, around),
    }))
    return { kind: 'branch', name, step, cases }
  }

  #loop(node: LoopDocument, { lanes }: Around): FlowNode {
    const name = this.#named(node.loop)
    if (node.steps.length === 0) throw this.#invalid(name, 'there is nothing in it to do again')
    const step = this.#next++
    const body = this.#row(node.steps, { lanes, noPivot: `loop ${name}` })
    // Before each round but the first, what is in it has been done.
    return {
      kind: 'loop',
      name,
      step,
      while: conditionOf(name, node.while, this.#steps),
      max: node.max,
      body,
    }
  }

  #named(given: string): string {
    const name = checkName(given, 'step name')
    if (isPlace(name))
      throw this.#invalid(
        name,
        'a number says which visit of a step, or which item, it is: a name needs a letter',
      )
    if (this.#names.has(name)) throw this.#invalid(name, 'the name is used twice')
    this.#names.add(name)
    return name
  }

  /** Its index; from now on what follows can refer to it. */
  #taken(name: string): number {
    this.#steps.set(name, this.#next)
    return this.#next++
  }

  #invalid(step: string, reason: string): StatorError {
    return new StatorError('DEFINITION_INVALID', { workflow: this.#document.name, step, reason })
  }
}
