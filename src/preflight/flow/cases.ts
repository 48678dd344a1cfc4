/** Cases: what can be said of the cases of a branch without its data: which are never taken, and whether one is for certain. */
import type { BranchCase, BranchNode, Condition } from '../../messages/flow.ts'
import { alternativesOf, truthOf, type Truth } from './conditions.ts'

export interface CaseVerdict {
  readonly name: string
  readonly verdict: 'possible' | 'never holds' | 'behind'
  /** The case that holds whenever this one does. */
  readonly by?: string
}

export function casesOf({ cases }: BranchNode): readonly CaseVerdict[] {
  const before: Said[] = []
  return cases.map((each): CaseVerdict => {
    const { name } = each
    const said = read(each)
    const wider = before.find(other => hides(other, said))
    before.push(said)
    if (wider !== undefined) return { name, verdict: 'behind', by: wider.name }
    return { name, verdict: said.truth === 'never' ? 'never holds' : 'possible' }
  })
}

/** Is there none that holds for certain, and do they not leave each other nothing? */
export function mayMatchNothing({ cases }: BranchNode): boolean {
  if (cases.some(each => truth(each) === 'always')) return false
  return truthOf({ any: cases.flatMap(({ when }) => (isData(when) ? [when] : [])) }) !== 'always'
}

const truth = ({ when }: BranchCase): Truth =>
  when === undefined ? 'always' : isData(when) ? truthOf(when) : 'maybe'

const isData = (when: BranchCase['when']): when is Condition => when !== undefined && when !== 'code'

/** A case, read once: there may be many. */
interface Said {
  readonly name: string
  readonly truth: Truth
  readonly alternatives: readonly (readonly string[])[]
  readonly demands: ReadonlySet<string>
}

function read(each: BranchCase): Said {
  const alternatives = isData(each.when) ? alternativesOf(each.when) : []
  return { name: each.name, truth: truth(each), alternatives, demands: new Set(alternatives[0]) }
}

const hides = (wide: Said, narrow: Said): boolean =>
  wide.truth === 'always' || wide.alternatives.some(all => all.every(each => narrow.demands.has(each)))
