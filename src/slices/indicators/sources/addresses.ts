export const sourceAddress = (id: number) => `/sources/${id}`
