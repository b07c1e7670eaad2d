/**
 * The gateway: takes the requests of deployed APIs, finds stage and route, makes the event of the integration's format,
 * calls the function through the door as API Gateway, and turns what it returned into the answer, as AWS does it byte
 * for byte.
 */
package dev.aloft.service.apigateway.serve;
