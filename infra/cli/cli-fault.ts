/** What keeps a command from starting: wrong words, a wrong stack, a wrong fleet file. Its message is for the user and says what to do. */
export class CliFault extends Error {}
