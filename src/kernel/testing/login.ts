/** The ordinary login the tests use, as an installation would: no superuser, but it may make the one role it needs. */
export const ordinaryLogin = { name: 'workbench', password: 'workbench-of-tests' }
