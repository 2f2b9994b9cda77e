// What is wrong with one stored operation, as the rest of a sentence that begins with its name.
export class OperationFault extends Error {}
