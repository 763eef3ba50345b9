/** What the API answers when it cannot do what was asked. */

/** Becomes the response `{"error": message, "status": status}`. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** 400: the body is not what the endpoint takes. */
export const badRequestBody = (why: string): ApiError =>
  new ApiError(400, `bad request body: ${why}`);

/** 400: a field that has no default is not there. */
export const missingField = (field: string): ApiError =>
  new ApiError(400, `missing required field: ${field}`);

export const proxyNotFound = (): ApiError => new ApiError(404, 'proxy not found');
export const proxyAlreadyExists = (): ApiError => new ApiError(409, 'proxy already exists');
export const toxicNotFound = (): ApiError => new ApiError(404, 'toxic not found');
export const toxicAlreadyExists = (): ApiError => new ApiError(409, 'toxic already exists');
export const invalidToxicType = (): ApiError => new ApiError(400, 'invalid toxic type');
export const invalidStream = (): ApiError =>
  new ApiError(400, 'stream was invalid, can be either upstream or downstream');
