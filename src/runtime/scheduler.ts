/** Scheduler: when the hub takes its next turn. Replaced by the simulator, which chooses the order itself. */
export interface Scheduler {
  /** Calls back soon, after what is under way. Never at once. */
  soon(callback: () => void): void
}

/** setImmediate, not microtasks: outcomes that settle together then share one commit. */
export const systemScheduler: Scheduler = {
  soon: callback => {
    setImmediate(callback)
  },
}
