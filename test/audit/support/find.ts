// Runs what is needed to know which findings a rule makes in a repository.
// Never in here: expectations.
import { checks } from '../../../examples/audit/checks.ts'
import { partSchema } from '../../../examples/audit/finding.ts'
import type { Finding, Part } from '../../../examples/audit/finding.ts'
import { headOf } from './repository.ts'
import { runPlan } from './run-plan.ts'

/** One check over all files of the repository's newest commit, as one part. */
export const runCheck = async (name: string, repo: string): Promise<Part> => {
  const check = checks.find(one => one.name === name)
  if (check === undefined) throw new Error(`there is no check ${name}`)
  const commit = headOf(repo)
  const input = { commit, bytes: 1 << 20, ...(check.applies === undefined ? {} : { part: 0, of: 1 }) }
  return partSchema.parse(await check.run(input, { repo, commit, signal: new AbortController().signal }))
}

/** The findings of one rule; checks that join others are run through the whole plan. */
export const findingsOf = async (rule: string, repo: string): Promise<Finding[]> => {
  const check = checks.find(one => one.rules.some(({ id }) => id === rule))
  if (check === undefined) throw new Error(`no check declares ${rule}`)
  if (check.joins === undefined)
    return (await runCheck(check.name, repo)).findings.filter(one => one.rule === rule)
  const { report } = await runPlan(repo)
  return report.specialists.flatMap(({ findings }) => findings).filter(one => one.rule === rule)
}
