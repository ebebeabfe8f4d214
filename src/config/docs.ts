import { writeFileSync } from 'node:fs'
import { devicesPage } from '../devices/reference.ts'
import { configurationPage, configurationSchema } from './reference.ts'

// Run by `npm run docs` in the root of the repository.
writeFileSync('docs/configuration.md', configurationPage())
writeFileSync('config/schema.json', configurationSchema())
writeFileSync('docs/devices.md', devicesPage())
