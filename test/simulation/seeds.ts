/** Seeds: campaigns as a test plays them: many, one after the other. It says of each that broke what broke, and how to play it again. */
import { campaign, replayCommand } from './campaign.ts'

/** Plays so many, from the first seed on. */
export async function brokenAmong(first: number, count: number): Promise<string[]> {
  const found: string[] = []
  for (let seed = first; seed < first + count; seed++) {
    const { broken } = await campaign(seed)
    if (broken[0] !== undefined) found.push(`${replayCommand(seed)}: ${broken[0].message}`)
  }
  return found
}

/** Blocks of seeds, each a test of its own. */
export const blocks = (first: number, count: number, size = 125): { from: number; size: number }[] =>
  Array.from({ length: count }, (_, block) => ({ from: first + block * size, size }))
