{{- define "proverlog.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 48 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 48 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{/* What never changes of an object. Takes the component and the root. */}}
{{- define "proverlog.selector" -}}
app.kubernetes.io/name: proverlog
app.kubernetes.io/instance: {{ index . 1 "Release" "Name" }}
app.kubernetes.io/component: {{ index . 0 }}
{{- end }}

{{- define "proverlog.labels" -}}
{{ include "proverlog.selector" . }}
app.kubernetes.io/version: {{ index . 1 "Chart" "AppVersion" | quote }}
app.kubernetes.io/managed-by: {{ index . 1 "Release" "Service" }}
helm.sh/chart: {{ printf "%s-%s" (index . 1 "Chart" "Name") (index . 1 "Chart" "Version") | replace "+" "_" }}
{{- end }}

{{- define "proverlog.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{/* What all pods have. Kubernetes would put the Services' addresses into PROVERLOG_* variables, which
     are flags' names. */}}
{{- define "proverlog.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end }}

{{- define "proverlog.podSecurity" -}}
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  seccompProfile:
    type: RuntimeDefault
{{- end }}

{{- define "proverlog.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end }}

{{/* How the service and its migration reach the database. */}}
{{- define "proverlog.databaseEnv" -}}
env:
  - name: PROVERLOG_DATABASE_URL
    valueFrom:
      secretKeyRef:
        name: {{ .Values.database.existingSecret }}
        key: {{ .Values.database.key }}
  {{- if .Values.database.caSecret }}
  - name: PGSSLROOTCERT
    value: /etc/proverlog/database-ca/ca.crt
  {{- end }}
{{- end }}

{{- define "proverlog.databaseMount" -}}
{{- if .Values.database.caSecret }}
- name: database-ca
  mountPath: /etc/proverlog/database-ca
  readOnly: true
{{- end }}
{{- end }}

{{- define "proverlog.databaseVolume" -}}
{{- if .Values.database.caSecret }}
- name: database-ca
  secret:
    secretName: {{ .Values.database.caSecret }}
    defaultMode: 0440
{{- end }}
{{- end }}
