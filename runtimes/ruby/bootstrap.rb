# frozen_string_literal: true

# The Ruby runtime inside a sandbox: boots generic, waits at its gate, then serves one function.
#
#   fd 0  the gate: "go" once the function's code is in place
#   fd 3  HTTP/1.1 answers of the Runtime API; the first, unasked, carries the environment
#   fd 4  HTTP/1.1 requests to the Runtime API
#
# https://docs.aws.amazon.com/lambda/latest/dg/ruby-handler.html

# What AWS's runtime has loaded before the function, and functions count on.
require 'json'
require 'logger'
require 'net/http'
require 'stringio'
require 'time'
require 'uri'

$stdout.sync = true
$stderr.sync = true

# The platform, over two pipes.
module AloftPlatform
  API = '/2018-06-01/runtime/'
  NEXT = "GET #{API}invocation/next HTTP/1.1\r\nHost: aloft\r\n\r\n"
  MARK = ([0xA55A8000].pack('N') + ("\0" * 12)).b.freeze

  @in = IO.for_fd(3, 'rb')
  @out = IO.for_fd(4, 'wb')
  @out.sync = true
  [@in, @out].each { |pipe| pipe.close_on_exec = true }

  module_function

  def answer
    line = @in.gets("\r\n") or exit!(0)
    headers = {}
    while (line = @in.gets("\r\n")) && line != "\r\n"
      name, value = line.split(':', 2)
      headers[name.downcase] = value.strip.force_encoding(Encoding::UTF_8)
    end
    [headers, @in.read(headers.fetch('content-length', 0).to_i).force_encoding(Encoding::UTF_8)]
  end

  def send(data)
    @out.write(data)
  end

  def post(what, body, content_type: 'application/json', error_type: nil)
    error = error_type ? "Lambda-Runtime-Function-Error-Type: #{error_type}\r\n" : ''
    head = "POST #{API}#{what} HTTP/1.1\r\nHost: aloft\r\nContent-Type: #{content_type}\r\n#{error}Content-Length: #{body.bytesize}\r\n\r\n"
    head.b + body.b
  end

  # A frame keeps several lines one event: kind, length, microseconds since 1970, text.
  def frame(text, kind = 0xA55A0003)
    body = text.to_s.encode('UTF-8', invalid: :replace, undef: :replace).b
    micros = Process.clock_gettime(Process::CLOCK_REALTIME, :microsecond)
    $stderr.syswrite([kind, body.bytesize, micros >> 32, micros & 0xFFFFFFFF].pack('NNNN') + body)
  end

  # Says in the log that all lines of an event are written.
  def mark
    $stdout.flush
    $stderr.syswrite(MARK)
  end
end

# What a function writes, as AWS's runtime puts it down.
module AloftLog
  class << self
    attr_accessor :request_id
  end

  # Where loggers of the standard output write.
  class Device
    def write(text)
      AloftPlatform.frame(text)
    end

    def close; end
  end

  class TextFormatter < Logger::Formatter
    def call(severity, time, progname, message)
      format("%s, [%s #%d] %5s %s -- %s: %s\n", severity[0], format_datetime(time), Process.pid, severity, AloftLog.request_id,
             progname, msg2str(message))
    end
  end

  class JsonFormatter < Logger::Formatter
    def call(severity, time, progname, message)
      entry = { timestamp: time.utc.strftime('%Y-%m-%dT%H:%M:%S.%6NZ'), level: severity,
                message: message.is_a?(Exception) ? message.message : msg2str(message), requestId: AloftLog.request_id,
                logger: progname }
      if message.is_a?(Exception)
        entry.merge!(errorType: message.class.to_s, errorMessage: message.message, stackTrace: message.backtrace || [])
      end
      "#{JSON.generate(entry.compact)}\n"
    end
  end

  # Given to every logger that writes to the standard output.
  module ForLogger
    def initialize(device = nil, *rest, **options)
      standard = device.nil? || [$stdout, $stderr].include?(device)
      super(standard ? Device.new : device, *rest, **options)
      @default_formatter = ENV['AWS_LAMBDA_LOG_FORMAT'] == 'JSON' ? JsonFormatter.new : TextFormatter.new if standard
    end
  end

  # Several lines of one puts are one event.
  module ForKernel
    private

    def puts(*lines)
      AloftPlatform.frame(lines.empty? ? "\n" : lines.flatten.map { |each| each.to_s.encode('UTF-8') }.join("\n"))
      nil
    end
  end

  def self.take_over
    Logger.prepend(ForLogger)
    Kernel.module_eval do
      define_method(:puts, ForKernel.instance_method(:puts))
      private :puts
    end
  end

  def self.failure(message, described)
    if ENV['AWS_LAMBDA_LOG_FORMAT'] == 'JSON'
      AloftPlatform.frame(JSON.generate({ timestamp: Time.now.utc.iso8601(3), level: 'ERROR', message: message,
                                          requestId: request_id }.merge(described).compact))
    else
      AloftPlatform.frame(message)
      AloftPlatform.frame(JSON.pretty_generate(described))
    end
  end
end

# What a handler is told of its invocation.
class LambdaContext
  attr_reader :aws_request_id, :invoked_function_arn, :log_group_name, :log_stream_name, :function_name, :memory_limit_in_mb,
              :function_version, :identity, :client_context, :deadline_ms, :tenant_id

  def initialize(headers)
    @deadline_ms = headers['lambda-runtime-deadline-ms'].to_i
    @aws_request_id = headers['lambda-runtime-aws-request-id']
    @invoked_function_arn = headers['lambda-runtime-invoked-function-arn']
    @tenant_id = headers['lambda-runtime-aws-tenant-id']
    @log_group_name = ENV['AWS_LAMBDA_LOG_GROUP_NAME']
    @log_stream_name = ENV['AWS_LAMBDA_LOG_STREAM_NAME']
    @function_name = ENV['AWS_LAMBDA_FUNCTION_NAME']
    @memory_limit_in_mb = ENV['AWS_LAMBDA_FUNCTION_MEMORY_SIZE']
    @function_version = ENV['AWS_LAMBDA_FUNCTION_VERSION']
    @identity = json(headers['lambda-runtime-cognito-identity'])
    @client_context = json(headers['lambda-runtime-client-context'])
  end

  def get_remaining_time_in_millis
    [@deadline_ms - Process.clock_gettime(Process::CLOCK_REALTIME, :millisecond), 0].max
  end

  private

  def json(text)
    JSON.parse(text) if text
  end
end

# One function, from its handler's name to its answers.
class AloftRuntime
  FORM = 'must be of form FILENAME.METHOD or FILENAME.CLASS.METHOD where FILENAME corresponds with an existing Ruby source file ' \
         'FILENAME.rb, CLASS is an optional module/class namespace and METHOD is a callable method. If using CLASS, METHOD must ' \
         'be a class-level method.'
  # The only ones that AWS tells of by their own name.
  TOLD = %w[ArgumentError NoMethodError Exception StandardError NameError LoadError SystemExit SystemStackError].freeze
  MOST_FRAMES = 100

  def self.start
    environment = assigned
    Dir.chdir(environment['LAMBDA_TASK_ROOT'])
    # The interpreter's own gems, which AWS has in its runtime, come last.
    Gem.paths = { 'GEM_HOME' => ENV['GEM_HOME'], 'GEM_PATH' => [ENV['GEM_PATH'], *Gem.default_path].compact.join(':') }
    ENV.fetch('RUBYLIB', '').split(':').reverse_each { |folder| $LOAD_PATH.unshift(folder) unless $LOAD_PATH.include?(folder) }
    AloftLog.take_over
    new.run(environment['_HANDLER'])
  end

  # Waits for the function and gives its environment; a process that was started for the function has it already.
  def self.assigned
    started = ENV.delete('_ALOFT_ASSIGNED')
    exit!(120) unless started || $stdin.read.start_with?('go')
    environment = JSON.parse(AloftPlatform.answer[1])['environment']
    # What a wrapper script exported is in it.
    return ENV if started

    ENV.replace(environment)
  end
  private_class_method :assigned

  def run(handler)
    load_handler(handler)
    AloftPlatform.send(AloftPlatform::NEXT)
    loop { serve(*AloftPlatform.answer) }
  end

  private

  def load_handler(handler)
    parts = handler.split('.')
    raise ArgumentError, "Invalid handler #{parts}, #{FORM}" unless [2, 3].include?(parts.size)

    @method = parts.last
    @class = parts[1] if parts.size == 3
    require parts.first
  rescue Exception => e # rubocop:disable Lint/RescueException: whatever a file raises when it is loaded
    described = describe(e, 'Init')
    AloftLog.failure("Init error when loading handler #{handler}", described)
    AloftPlatform.mark
    AloftPlatform.send(AloftPlatform.post('init/error', JSON.generate(described), error_type: told(e)))
    AloftPlatform.answer
    exit!(252)
  end

  def serve(headers, body)
    AloftLog.request_id = headers['lambda-runtime-aws-request-id']
    trace = headers['lambda-runtime-trace-id']
    ENV['_X_AMZN_TRACE_ID'] = trace if trace
    reply, ending = run_handler("invocation/#{AloftLog.request_id}/", headers, body)
    AloftPlatform.mark
    AloftPlatform.send(ending ? reply : reply + AloftPlatform::NEXT)
    AloftPlatform.answer
    exit!(ending) if ending
  end

  # The request that answers an invocation, and with what status the process is to end afterwards, if it is.
  def run_handler(base, headers, body)
    event = headers['content-type'] == 'application/json' ? JSON.parse(body) : body
    [response(base, call(event, LambdaContext.new(headers))), nil]
  rescue NameError, StandardError => e
    [failure(base, e, e.is_a?(NameError) ? 'Critical exception from handler' : 'Error raised from handler method'), e.is_a?(NameError) ? 255 : nil]
  rescue Exception => e # rubocop:disable Lint/RescueException: a handler's exit is its failure
    [failure(base, e, 'Critical exception from handler'), 255]
  end

  def call(event, context)
    return Kernel.const_get(@class).send(@method, event: event, context: context) if @class

    # Not on this object, whose own methods may be named as the function's.
    TOPLEVEL_BINDING.receiver.__send__(@method, event: event, context: context)
  end

  def response(base, result)
    case result
    when StringIO, IO
      AloftPlatform.post("#{base}response", result.read, content_type: 'application/unknown')
    else
      AloftPlatform.post("#{base}response", result.to_json)
    end
  end

  def failure(base, error, message)
    described = describe(error, 'Function')
    AloftLog.failure(message, described)
    AloftPlatform.post("#{base}error", JSON.generate(described), error_type: told(error))
  end

  def describe(error, classification)
    text = error.message.to_s.encode('UTF-8', invalid: :replace, undef: :replace)
    { errorMessage: text, errorType: "#{classification}<#{error.class}>", stackTrace: trace(error) }
  end

  # Without the frames of this file.
  def trace(error)
    (error.backtrace || []).reject { |line| line.start_with?(__FILE__, '<internal:') }.first(MOST_FRAMES)
  end

  def told(error)
    TOLD.include?(error.class.to_s) ? "Function<#{error.class}>" : 'Function<UserException>'
  end
end

AloftRuntime.start
