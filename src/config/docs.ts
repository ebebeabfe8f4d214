import { writeFileSync } from 'node:fs'
import { configurationPage, configurationSchema } from './reference.ts'

// Run by `npm run docs` in the root of the repository.
writeFileSync('docs/configuration.md', configurationPage())
writeFileSync('config/schema.json', configurationSchema())
