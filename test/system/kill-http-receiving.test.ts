import { JOURNAL, MODEM } from './kill-house.ts'
import { RECEIVING } from './kill-receiving.ts'
import { HTTP } from './kill-roads.ts'
import { sweep } from './kill-sweep.ts'

sweep(HTTP, RECEIVING, [...JOURNAL, ...MODEM])
