/**
 * Codes of errors that concern workflows and their runs: the other half of the catalogue in error-codes.ts. Codes never change between
 * majors. Nothing here may import from the rest of the project.
 */

export const RUN_ERRORS = {
  BRANCH_UNMATCHED: {
    message: 'No case of a branch holds.',
    next: 'Give the branch a case that always holds: `otherwise`.',
  },
  COMPENSATION_HELD: {
    message: 'What undoes a step keeps failing: the run waits for an operator.',
    next: 'See run.heldSteps() for the error; then run.retry(step), or run.skip(step, reason), or undo it by hand and run.finish(step, reason).',
  },
  GATE_EXPIRED: {
    message: 'Nobody answered at the gate in time, which counts as a rejection.',
    next: 'Answer earlier, with runtime.gates, or give the gate more time.',
  },
  GATE_REJECTED: {
    message: 'Somebody rejected what the gate asked.',
    next: 'The message says who, and why.',
  },
  LOOP_LIMIT: {
    message: 'A loop would have gone round more often than it may.',
    next: 'Raise its `max`, or mend the condition that never comes to its end.',
  },
  MACHINE_NOT_DURABLE: {
    message: 'A machine of your own does something that no restart could bring back.',
    next: 'The details name the state, the place in it, and what to do instead; docs/own-machines.md lists what a machine may do.',
  },
  MAPPER_FAILED: {
    message: 'The function that makes a step its input threw or gave a wrong value.',
    next: 'Mend the mapper named in the details.',
  },
  PIVOT_PASSED: {
    message: 'The run is past the point of no return: nothing of it is undone any more.',
    next: 'Let it go on, or cancel it with { compensate: false }, which leaves what is done as it is.',
  },
  PREFLIGHT_FAILED: {
    message: 'A workflow has what this runtime refuses to run.',
    next: 'Mend what the findings in the details name, as each of them suggests; or give a reason in its option preflight.ignore.',
  },
  QUERY_FAILED: {
    message: 'The handler of a query threw, or gave what does not fit its schema.',
    next: 'Mend the handler that the details name; the run is as it was.',
  },
  STEP_HELD: {
    message: 'A step failed past the point of no return: the run waits for an operator.',
    next: 'See run.heldSteps() for the error; then run.retry(step), or run.skip(step, reason), or do it by hand and run.finish(step, reason, output).',
  },
  STEP_REPEATED: {
    message: 'ctx.do was called twice with one name in one attempt.',
    next: 'Give every recorded sub-step of a handler its own name.',
  },
  TERMINATED: {
    message: 'The run was ended as it stood, and nothing of it was undone.',
    next: 'Nothing to repair: somebody asked for it; run.outcome() tells what had completed.',
  },
  UPDATE_FAILED: {
    message: 'The handler of an update threw, or gave what does not fit its schemas.',
    next: 'Mend the handler, or what it was given: the details say why; the run is as it was.',
  },
  UPGRADE_REFUSED: {
    message: 'What is registered under the name of this run cannot go on with it.',
    next: 'The details say why: keep the version registered that it runs on, or give the new one a migration from it; upgradeCheck() tries that beforehand.',
  },
  VERSION_MISSING: {
    message: 'The definition that wrote this history is not registered.',
    next: 'Register the definition that the details name again: the run goes on.',
  },
  WAIT_TIMEOUT: {
    message: 'The signal that a run waits for did not come in time.',
    next: 'Send it earlier, or raise the `timeout` of the wait.',
  },
  WORKFLOW_FAILED: {
    message: 'The workflow failed.',
    next: 'The details name the steps that failed and those they blocked.',
  },
} as const
