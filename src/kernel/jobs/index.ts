export { createJobs, type JobRequest, type Jobs } from './asking.ts'
export { jobKind, type EndedJob, type JobKind, type JobOutcome, type JobProgress, type JobWork } from './kind.ts'
export { isOver, type Job } from './queries.ts'
export { startRunner, type Runner, type RunnerOptions } from './runner.ts'
