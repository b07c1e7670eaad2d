/**
 * Amazon API Gateway: REST APIs (v1), HTTP APIs (v2), and in {@code serve} the gateway that answers their requests.
 *
 * <p>An API is one record with all that belongs to it; a deployment is a copy of it that never changes, and a stage
 * names the deployment it serves. Built are Lambda proxy integrations of both kinds and REST's mock integrations with
 * literal templates (what SAM makes for CORS). Authorizers, API keys, usage plans, models and validators, VTL, HTTP and
 * AWS integrations, WebSocket APIs and custom domains are refused by name.
 *
 * @see <a href="https://docs.aws.amazon.com/apigateway/latest/developerguide/welcome.html">Developer guide</a>
 */
package dev.aloft.service.apigateway;
