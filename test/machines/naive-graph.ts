/**
 * A task graph in the plainest way: it looks at every step again after every event. Slow and easy to believe; what
 * src/machines/graph-state.ts does fast must be the same.
 */
import type { Plan } from '../../src/messages/workflow.ts'

export type Status = 'pending' | 'running' | 'completed' | 'failed' | 'cancelled' | 'blocked'

export class NaiveGraph {
  readonly plan: Plan
  readonly status: Status[]
  stopping: 'failed' | 'cancelled' | null = null
  /** Steps whose dependencies are done and that have not started, those first that have waited longest. */
  line: number[] = []

  constructor(plan: Plan) {
    this.plan = plan
    this.status = plan.steps.map(() => 'pending')
  }

  /** Everything that may start now, in order; called once after every event. */
  advance(): number[] {
    for (const [index, step] of this.plan.steps.entries()) {
      const isReady = this.is(index, 'pending') && step.after.every(other => this.is(other, 'completed'))
      if (isReady && !this.line.includes(index)) this.line.push(index)
    }
    const started: number[] = []
    for (const step of this.stopping === null ? this.line : []) {
      if (!this.hasRoom(step)) continue
      this.status[step] = 'running'
      started.push(step)
    }
    this.line = this.line.filter(step => this.is(step, 'pending'))
    return started
  }

  /** A running step ends; returns the steps that can never run now. */
  end(step: number, as: Status): number[] {
    this.status[step] = as
    if (as === 'failed' && this.plan.onFailure === 'cancel') this.stop('failed')
    const blocked: number[] = []
    for (let before = -1; before !== blocked.length;) {
      before = blocked.length
      for (const [index, { after }] of this.plan.steps.entries()) {
        const stands = after.some(other =>
          ['failed', 'cancelled', 'blocked'].includes(this.status[other] ?? ''),
        )
        if (!this.is(index, 'pending') || !stands) continue
        this.status[index] = 'blocked'
        blocked.push(index)
      }
    }
    return blocked
  }

  /** Returns the steps to cancel; nothing where it is stopping already. */
  stop(as: 'failed' | 'cancelled'): number[] {
    if (this.stopping !== null) return []
    this.stopping = as
    return this.all('running')
  }

  all(status: Status): number[] {
    return this.status.flatMap((value, index) => (value === status ? [index] : []))
  }

  is(step: number, status: Status): boolean {
    return this.status[step] === status
  }

  /** How many run in a lane. */
  taken(lane: number): number {
    return this.all('running').filter(step => this.plan.steps[step]?.lanes.includes(lane)).length
  }

  hasRoom(step: number): boolean {
    return (this.plan.steps[step]?.lanes ?? []).every(
      lane => this.taken(lane) < (this.plan.lanes[lane] ?? Number.POSITIVE_INFINITY),
    )
  }
}
