@echo off
rem Builds the command and runs it: pipeline --help
setlocal
set "ROOT=%~dp0"
set "PROJECT=%ROOT%src\Pipeline.Cli"
set "OUTPUT=%ROOT%.pipeline\command"
set "LOG=%ROOT%.pipeline\logs\command-build.log"

where dotnet >nul 2>nul || (
  echo The .NET SDK 10 is needed and there is no 'dotnet' on the PATH. Get it at https://dotnet.microsoft.com/download/dotnet/10.0 1>&2
  exit /b 1
)
dotnet --list-sdks | findstr /b "10." >nul || (
  echo The .NET SDK 10 is needed. Get it at https://dotnet.microsoft.com/download/dotnet/10.0 1>&2
  exit /b 1
)
where node >nul 2>nul || (
  echo Node.js 20 or later is needed, it runs the storage emulator, and there is no 'node' on the PATH. Get it at https://nodejs.org/ 1>&2
  exit /b 1
)
node -e "process.exit(process.versions.node.split('.')[0] >= 20 ? 0 : 1)" || (
  echo Node.js 20 or later is needed, it runs the storage emulator. Get it at https://nodejs.org/ 1>&2
  exit /b 1
)

if not exist "%ROOT%.pipeline\logs" mkdir "%ROOT%.pipeline\logs" || (
  echo This folder cannot be written. pipeline keeps what it installs and builds in its own checkout, %ROOT%: get write access or make room there, or use a copy of it on another disk. 1>&2
  exit /b 1
)
set MSBUILDDISABLENODEREUSE=1
rem Built apart from the rest: what the command builds never lies over what runs.
dotnet build "%PROJECT%" -c Release -v quiet --nologo --tl:off --use-current-runtime --no-self-contained --artifacts-path "%OUTPUT%" >"%LOG%" 2>&1 || (
  type "%LOG%" 1>&2
  echo The command could not be built; the log is in %LOG% 1>&2
  exit /b 1
)
dotnet "%OUTPUT%\bin\Pipeline.Cli\release\Pipeline.Cli.dll" %*
