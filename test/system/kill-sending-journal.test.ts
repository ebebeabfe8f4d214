import { JOURNAL } from './kill-house.ts'
import { SERIAL } from './kill-roads.ts'
import { SENDING } from './kill-sending.ts'
import { sweep } from './kill-sweep.ts'

sweep(SERIAL, SENDING, JOURNAL)
