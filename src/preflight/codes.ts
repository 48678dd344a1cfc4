/**
 * The one catalogue of what pre-flight can find: code, what it means, what to do about it. Codes never change between majors. Which
 * places have it, the rules say; docs/preflight.md shows each by an example.
 */

export type Severity = 'error' | 'warning'

interface Entry {
  /** What it has where a rule says nothing else. An error is what no run that comes there can do well. */
  readonly severity: Severity
  /** What is wrong with the place, in one sentence. */
  readonly means: string
  readonly suggestion: string
}

export const PREFLIGHT = {
  BRANCH_MATCHES_NOTHING: {
    severity: 'error',
    means: 'It may be that no condition of a choice holds, and then nothing is left to do.',
    suggestion: 'Add a last one without a condition: `otherwise`, or a transition without a guard.',
  },
  CASE_NEVER_TAKEN: {
    severity: 'error',
    means: 'A case stands behind one that holds whenever it does.',
    suggestion: 'Put the narrower case first, or remove it.',
  },
  CONDITION_NEVER_HOLDS: {
    severity: 'error',
    means: 'A condition demands what cannot be true together.',
    suggestion: 'Correct the condition: `any` where one of them is enough, or remove the case.',
  },
  DONE_NEVER: {
    severity: 'error',
    means: 'What follows the end of a state can never happen, for it cannot come to its end.',
    suggestion:
      'Give each of the regions that are named a final state that can be reached, or remove `onDone`.',
  },
  EFFECT_WITHOUT_UNDO: {
    severity: 'warning',
    means: 'A step of a saga has nothing that undoes it, and what comes later can still fail.',
    suggestion:
      'Give it `compensate`; put it after the pivot; or, where it changes nothing, say so in `preflight.ignore`.',
  },
  FAILURE_UNHANDLED: {
    severity: 'warning',
    means: 'A task is invoked, and nothing says what happens when it fails: the whole run fails with it.',
    suggestion: 'Add `onError` to the invoke, without a guard on its last entry.',
  },
  GATE_WITHOUT_EXPIRY: {
    severity: 'warning',
    means: 'A gate waits for ever for an answer.',
    suggestion: 'Give it `expires`: without an answer it is then rejected.',
  },
  IMPLEMENTATION_MISSING: {
    severity: 'error',
    means: 'A name in the machine has no implementation.',
    suggestion: 'Add it to `setup({ delays, guards, actions, actors })`, or correct the name.',
  },
  LOOP_CONSTANT: {
    severity: 'error',
    means: 'Nothing that the loop does changes its condition.',
    suggestion: 'Let the condition ask for the output of a step in the loop.',
  },
  NO_END: {
    severity: 'warning',
    means: 'The machine has no final state that ends it: its run never completes.',
    suggestion: 'Add a state of type `final` at the top.',
  },
  NO_WAY_TO_END: {
    severity: 'error',
    means: 'From here no final state can be reached, whatever happens.',
    suggestion: 'Add a transition that leads to an end, or make the state final.',
  },
  PIVOT_TWICE: {
    severity: 'warning',
    means: 'A pivot comes after another one, which has already ruled out that anything is undone.',
    suggestion: 'Keep the one that is the point of no return.',
  },
  SIGNAL_NEVER_AWAITED: {
    severity: 'warning',
    means: 'A signal is taken and kept that nothing waits for.',
    suggestion:
      'Add a wait for it, or remove it; where a later version waits for it, say so in `preflight.ignore`.',
  },
  TRANSITION_NEVER_TAKEN: {
    severity: 'warning',
    means: 'A transition stands behind one for the same event that has no guard.',
    suggestion: 'Put the one without a guard last, or remove the other.',
  },
  UNDO_NEVER_USED: {
    severity: 'warning',
    means: 'A step after the pivot has something that undoes it, and after the pivot nothing is undone.',
    suggestion: 'Remove `compensate`, or put the step before the pivot.',
  },
  UNREACHABLE: {
    severity: 'error',
    means: 'The state is never entered, whatever happens.',
    suggestion: 'Add a transition that leads to it, or remove it.',
  },
  WAIT_WITHOUT_TIMEOUT: {
    severity: 'warning',
    means: 'It waits for something from outside that may never come.',
    suggestion: 'Add `after` to the state, or `timeout` to the wait.',
  },
} as const satisfies Readonly<Record<string, Entry>>

export type PreflightCode = keyof typeof PREFLIGHT

export const PREFLIGHT_CODES = Object.keys(PREFLIGHT) as readonly PreflightCode[]
