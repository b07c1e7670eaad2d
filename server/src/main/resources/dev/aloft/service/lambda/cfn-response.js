'use strict';
// What inline functions require as "cfn-response" to answer CloudFormation for a custom resource.
const http = require('http');
const https = require('https');

exports.SUCCESS = 'SUCCESS';
exports.FAILED = 'FAILED';

exports.send = (event, context, status, data, physicalId, noEcho) => {
    const body = JSON.stringify({
        Status: status,
        Reason: 'See the details in CloudWatch Log Stream: ' + context.logStreamName,
        PhysicalResourceId: physicalId || context.logStreamName,
        StackId: event.StackId,
        RequestId: event.RequestId,
        LogicalResourceId: event.LogicalResourceId,
        NoEcho: noEcho || false,
        Data: data,
    });
    const url = new URL(event.ResponseURL);
    const request = (url.protocol === 'http:' ? http : https).request(url, {
        method: 'PUT',
        headers: { 'content-type': '', 'content-length': Buffer.byteLength(body) },
    }, (response) => {
        console.log('Status code: ' + response.statusCode);
        response.resume();
        context.done();
    });
    request.on('error', (error) => {
        console.log('send(..) failed executing request(..): ' + error);
        context.done();
    });
    request.end(body);
};
