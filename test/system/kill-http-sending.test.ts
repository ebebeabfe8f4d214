import { JOURNAL, MODEM } from './kill-house.ts'
import { HTTP } from './kill-roads.ts'
import { SENDING } from './kill-sending.ts'
import { sweep } from './kill-sweep.ts'

sweep(HTTP, SENDING, [...JOURNAL, ...MODEM])
