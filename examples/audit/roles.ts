// The eight specialist roles of the crew, in the order the report lists them.
// Never in here: checks, findings, anything but the names.

export const roles = [
  'backend',
  'architecture',
  'ai',
  'frontend',
  'devops',
  'qa',
  'security',
  'docs',
] as const

export type Role = (typeof roles)[number]

export const roleTitles: Readonly<Record<Role, string>> = {
  backend: 'Backend',
  architecture: 'Architecture',
  ai: 'AI',
  frontend: 'Frontend',
  devops: 'DevOps',
  qa: 'QA',
  security: 'Security',
  docs: 'Docs',
}
